#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace csb {

/// Owns a file descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) noexcept : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  void reset(int fd = -1) noexcept;

 private:
  int fd_ = -1;
};

/// open(2) and openat(2) with O_CLOEXEC, restarted on EINTR. On failure the Fd is empty and errno is set.
[[nodiscard]] Fd open_at(int dir, const std::string& path, int flags, unsigned mode = 0);

/// Reads up to `out.size()` bytes at `offset`; short only at the end of the file.
/// @return the bytes read, or -1 with errno set.
[[nodiscard]] ssize_t pread_full(int fd, std::span<std::byte> out, std::uint64_t offset);

/// Writes everything. @throws Error (failed) naming `what` when it cannot.
void write_all(int fd, std::span<const std::byte> data, std::string_view what);

/// The whole file, at most `limit` bytes. @throws Error when it cannot be read or is larger.
[[nodiscard]] std::string read_file(const std::string& path, std::size_t limit = std::size_t{1} << 30);

/// A view of `text` as bytes.
[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
/// A view of `bytes` as characters.
[[nodiscard]] inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {static_cast<const char*>(static_cast<const void*>(bytes.data())), bytes.size()};
}

}  // namespace csb
