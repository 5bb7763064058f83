#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "csb/util/fd.hpp"

namespace csb::claude_ai {

/// Bytes that come in pieces and end as a file: in memory up to 1 MiB, beyond that in an unfinished file
/// (".new.…", mode 0600), which is removed unless somebody takes it.
class Body {
 public:
  /// @param directory where an unfinished file lies: the file system it ends on
  explicit Body(std::string directory) : directory_(std::move(directory)) {}
  Body(Body&& other) noexcept;
  Body& operator=(Body&& other) noexcept;
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() { clear(); }

  /// @throws Error{failed} when the disk does not take it
  void append(std::string_view bytes);
  void clear() noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// Every byte, in pieces. @throws Error
  void read(const std::function<void(std::string_view)>& visit) const;
  /// True when the file `path` holds exactly these bytes.
  [[nodiscard]] bool equals_file(const std::string& path) const;
  /// Makes it a file and gives it away; the body is empty afterwards. @return its path and descriptor
  struct File {
    std::string path;
    Fd fd;
  };
  [[nodiscard]] File take_file();

 private:
  void spill();

  std::string directory_;
  std::string memory_;
  std::string path_;
  Fd fd_;
  std::uint64_t size_ = 0;
};

/// What the names of unfinished files begin with.
inline constexpr std::string_view kUnfinished = ".new.";

}  // namespace csb::claude_ai
