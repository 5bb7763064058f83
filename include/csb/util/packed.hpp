#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace csb {

/// Numbers and texts as few bytes: a number takes seven bits of each byte, the lowest first; a text stands
/// behind its length.
class PackedWriter {
 public:
  void number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  /// Eight bytes, the lowest first: for numbers that are never small.
  void word(std::uint64_t value) {
    for (int i = 0; i < 8; ++i, value >>= 8) bytes_ += static_cast<char>(value & 0xFF);
  }
  void text(std::string_view value) {
    number(value.size());
    bytes_ += value;
  }
  /// A text that is often the one before.
  void text(std::string_view value, std::string& before) {
    number(value == before ? 1 : 0);
    if (value == before) return;
    text(value);
    before = value;
  }
  [[nodiscard]] std::string bytes() && { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads in the same order what was written. @throws Error when the bytes end too early
class PackedReader {
 public:
  explicit PackedReader(std::string_view bytes) : rest_(bytes) {}

  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }
  std::uint64_t number();
  std::uint64_t word();
  std::int64_t time() { return static_cast<std::int64_t>(number()); }
  std::string text();
  std::string text(std::string& before) {
    if (number() == 0) before = text();
    return before;
  }

 private:
  std::string_view rest_;
};

}  // namespace csb
