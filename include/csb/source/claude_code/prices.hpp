#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/session_details.hpp"

namespace csb::claude_code {

/// What a model costs, in US dollars for a million tokens.
struct Price {
  std::string prefix;  ///< of the ids of the models it is for
  double input = 0, output = 0, cache_write_5m = 0, cache_write_1h = 0, cache_read = 0;
};

/// What models cost: data/prices.json, which is compiled in, and what a user's own file of that form says.
class Prices {
 public:
  /// Those compiled in.
  [[nodiscard]] static Prices built_in();
  /// Prices of a file of that form; they count before those here that have the same prefix.
  /// @param name of the file, for messages. @throws Error{failed}
  void add(std::string_view json, const std::string& name);

  /// What counts for a model: of all prices whose prefix its id begins with, the one with the longest. What
  /// stands before "claude-" in an id (a reseller's region and vendor) does not matter.
  /// @return nullptr when the price is not known
  [[nodiscard]] const Price* find(std::string_view model) const;
  /// Dollars. @return nothing when the model's price is not known
  [[nodiscard]] std::optional<double> cost(std::string_view model, const Tokens& tokens) const;

 private:
  std::vector<Price> prices_;
};

}  // namespace csb::claude_code
