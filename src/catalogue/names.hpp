#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "connection.hpp"

namespace csb::catalogue {

/// The rows of `names` used in one transaction.
class Names {
 public:
  /// The id of a name, which is made when it is new.
  [[nodiscard]] std::int64_t id_of(Connection& db, std::string_view name);

 private:
  std::unordered_map<std::string, std::int64_t> known_;
};

}  // namespace csb::catalogue
