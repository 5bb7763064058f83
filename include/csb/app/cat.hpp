#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

struct CatRequest {
  /// A session as a person types it, or "SESSION:PATH" for a file of its footprint: a path relative to
  /// the root, or the end of one when only one file ends so.
  std::string target;
  std::optional<std::uint64_t> version;  ///< 1 = oldest, of that file; default: what restore would take
};

/// One stored version that was asked for.
struct CatTarget {
  catalogue::Session session;
  catalogue::Version version;
  std::uint64_t number = 0;  ///< of `of`
  std::uint64_t of = 0;
};

/// Finds the version, in the catalogue alone. @throws Error{not_found}, Error{ambiguous}
[[nodiscard]] CatTarget find_version(const catalogue::Catalogue& catalogue, const CatRequest& request);

/// Its bytes, in pieces, each verified against its hash before it is handed over. @throws Error{failed}
void read_version(const Settings& settings, const catalogue::Version& version,
                  const std::function<void(std::span<const std::byte>)>& sink);

}  // namespace csb::app
