#pragma once

#include <span>
#include <string_view>

#include "csb/model/file.hpp"

namespace csb::claude_code {

/// A name that marks a secret wherever it stands in any component of a path, in either case (ASCII).
/// `*` stands for anything within the component. Without one at its beginning (end), the name begins
/// (ends) at the component's edge or beside a character that is no letter and no digit, so that ".pem"
/// finds "server.pem" and "server.pem.bak" but not ".pembroke".
struct SecretName {
  std::string_view pattern;
  std::string_view reason;
};

/// A path. `*` and `?` stay within a component; a component `**` stands for any number of them, so
/// that `x/**` is x and all beneath it.
struct PathRule {
  std::string_view pattern;
  PathClass path_class;
  std::string_view reason;
};

/// Judged first, nothing overrides them.
[[nodiscard]] std::span<const SecretName> secret_names();
/// Judged second, nothing overrides them.
[[nodiscard]] std::span<const PathRule> fixed_rules();
/// Judged last, first match wins; a person's own patterns come before them.
[[nodiscard]] std::span<const PathRule> path_rules();

}  // namespace csb::claude_code
