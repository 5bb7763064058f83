#pragma once

#include <cstddef>
#include <string_view>

namespace csb::app {

/// A secret found in a text.
struct SecretMatch {
  std::string_view kind;  ///< "anthropic-key"; empty: there is none
  std::size_t begin = 0;  ///< of what is to be replaced
  std::size_t end = 0;
};

/// The secret that begins, or is announced, at `at`: a key by its own prefix, a header, a private key, the
/// separator before an assigned value, the "://" of a URL with a password.
[[nodiscard]] SecretMatch secret_at(std::string_view text, std::size_t at);

}  // namespace csb::app
