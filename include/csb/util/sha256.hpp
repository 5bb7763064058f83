#pragma once

#include <string>
#include <string_view>

namespace csb {

/// The SHA-256 of `bytes` as 64 hexadecimal digits (FIPS 180-4). For names that others made with it, such as
/// the client's file history; nothing secret is hashed with this.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace csb
