#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Durable changes to the file system. Everything csb must not lose goes through these few calls.
namespace csb::fs {

/// mkdir -p with mode 0700 for what it makes. @throws Error naming the component that cannot be made.
void make_directories(const std::string& path);

/// Where what is to be `path` is written meanwhile, beside it: PATH.tmp.PID. A process that is killed leaves
/// it.
[[nodiscard]] std::string temporary_name(const std::string& path);

/// Replaces `path` with `data` so that a crash leaves the old or the new content, never a part:
/// temporary file beside it, fsync, rename, fsync of the directory. @throws Error
void write_file_atomically(const std::string& path, std::string_view data, unsigned mode = 0600);

/// The same without any fsync: after a power cut the file may be old, empty or gone. For state that can be
/// derived again. @throws Error
void replace_file(const std::string& path, std::string_view data);

/// fsync of an open file. @throws Error naming `what`.
void sync_file(int fd, std::string_view what);

/// Asks the kernel to begin writing these bytes of an open file to disk, so that a later sync_file() waits
/// less. A hint: nothing is durable by it, and it never fails. `length` 0 = to the end of the file.
void start_writeback(int fd, std::uint64_t offset = 0, std::uint64_t length = 0);

/// fsync of a directory, so that the names in it are durable. @throws Error
void sync_directory(const std::string& path);

/// rename(2), replacing `to`. @throws Error naming both.
void rename_file(const std::string& from, const std::string& to);

/// link(2): a second name for a file. @return false when that is not possible there
[[nodiscard]] bool link_file(const std::string& from, const std::string& to);

/// unlink(2). @return false when there was nothing by that name. @throws Error on anything else.
bool remove_file(const std::string& path);

/// rm -r, never following a symlink; nothing there is no error. @throws Error naming what cannot be removed
void remove_tree(const std::string& path);

[[nodiscard]] bool exists(const std::string& path);
[[nodiscard]] bool is_directory(const std::string& path);

/// Names in a directory, sorted, without "." and "..". Empty when the directory does not exist or
/// cannot be read.
[[nodiscard]] std::vector<std::string> list_directory(const std::string& path);

/// The same, where an empty list would be believed. @throws Error when it exists and cannot be read to its
/// end
[[nodiscard]] std::vector<std::string> read_directory(const std::string& path);

/// The physical path (symlinks resolved), or an empty string when it does not exist.
[[nodiscard]] std::string real_path(const std::string& path);

}  // namespace csb::fs
