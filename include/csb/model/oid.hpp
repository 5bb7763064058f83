#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace csb {

/// The name of a git object: the SHA-1 of its type, size and content.
struct Oid {
  std::array<std::uint8_t, 20> bytes{};

  [[nodiscard]] bool is_null() const noexcept { return *this == Oid{}; }
  [[nodiscard]] std::string hex() const;
  /// @return nothing unless `text` is forty hexadecimal digits.
  [[nodiscard]] static std::optional<Oid> parse(std::string_view text);

  friend auto operator<=>(const Oid&, const Oid&) = default;
};

}  // namespace csb

template <>
struct std::hash<csb::Oid> {
  std::size_t operator()(const csb::Oid& oid) const noexcept {
    std::size_t value = 0;  // any part of a SHA-1 is as good a hash as the whole
    std::memcpy(&value, oid.bytes.data(), sizeof value);
    return value;
  }
};
