#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace csb::scan {

/// What a directory holds, without "." and "..", sorted by name. One object serves many directories.
class DirectoryEntries {
 public:
  enum class Type : std::uint8_t { file, directory, link, special, unknown };
  struct Entry {
    std::string_view name;  ///< ends in a NUL; valid until the next read()
    Type type = Type::unknown;
  };

  /// Reads the open directory `fd` to its end. @return 0, or the error number at which it stopped; the
  /// entries read until then are kept.
  int read(int fd);

  [[nodiscard]] const std::vector<Entry>& entries() const noexcept { return entries_; }
  [[nodiscard]] bool contains(std::string_view name) const;

 private:
  void add(std::string_view name, unsigned char d_type);
  int read_all(int fd);

  struct Found {
    std::size_t at, size;
    Type type;
  };
  std::vector<char> buffer_;
  std::vector<char> names_;
  std::vector<Found> found_;
  std::vector<Entry> entries_;
};

}  // namespace csb::scan
