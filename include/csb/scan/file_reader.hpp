#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "csb/model/file.hpp"
#include "csb/util/fd.hpp"

namespace csb::scan {

/// Why a file could not be opened for reading. Expected outcomes, hence values.
enum class OpenFailure {
  none,
  vanished,     ///< not there any more
  not_regular,  ///< became a directory, link, FIFO…
  outside,      ///< a component is a symlink, or leads out of the root
  unreadable,   ///< permission or I/O: see error_number
};

/// A regular file beneath a root, opened so that nothing can lead the reader elsewhere
/// (openat2 RESOLVE_BENEATH|RESOLVE_NO_SYMLINKS where the kernel has it, else component by component),
/// and so that a FIFO put in its place cannot block it (O_NONBLOCK). mtime and atime are left alone
/// (O_NOATIME where allowed).
class FileReader {
 public:
  /// @param failure says why, when nothing is returned
  [[nodiscard]] static std::optional<FileReader> open(int root_fd, const std::string& path,
                                                      OpenFailure& failure, int& error_number);

  /// The stamp when it was opened. Reading is meant to cover exactly stamp().size bytes.
  [[nodiscard]] const FileStamp& stamp() const noexcept { return stamp_; }

  /// Reads up to out.size() bytes at `offset`. @return bytes read (short at the end), or nothing and errno.
  [[nodiscard]] std::optional<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> out) const;

  /// Asks the kernel to fetch the first so many bytes, without waiting for them.
  void will_read(std::uint64_t bytes) const noexcept;

  /// Whether the byte at `offset` is in memory, so that no disk is asked for it. False where the system does
  /// not tell.
  [[nodiscard]] bool is_in_memory(std::uint64_t offset) const noexcept;

  /// The stamp now. Different from stamp() when the file changed while it was read.
  [[nodiscard]] FileStamp current_stamp() const;

 private:
  FileReader(Fd fd, FileStamp stamp) : fd_(std::move(fd)), stamp_(stamp) {}
  Fd fd_;
  FileStamp stamp_;
};

/// The target of a symlink beneath the root, as bytes. @return nothing when it is no link any more.
[[nodiscard]] std::optional<std::string> read_link(int root_fd, const std::string& path);

}  // namespace csb::scan
