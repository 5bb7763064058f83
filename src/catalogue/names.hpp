#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  using Ids = std::unordered_map<std::string, std::int64_t, Hash, std::equal_to<>>;

  Ids recent_, earlier_;  ///< those of late, and what was recent before those
  std::size_t recent_bytes_ = 0;
};

}  // namespace csb::catalogue
