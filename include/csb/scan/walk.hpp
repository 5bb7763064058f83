#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"

namespace csb::scan {

/// One file or symlink the policy wants stored.
struct FoundFile {
  std::string path;  ///< relative to the root; bytes
  FileStamp stamp;   ///< of the file itself, or of the link
  PathClass path_class = PathClass::noise;

  [[nodiscard]] bool is_symlink() const noexcept;
};

/// A nested git repository: its content is not stored.
struct ForeignRepository {
  std::string path;    ///< of its work tree, relative to the root
  std::string url;     ///< of its remote "origin" (else its first remote); credentials removed; may be empty
  std::string commit;  ///< what HEAD points at, forty hexadecimal digits; may be empty
  friend bool operator==(const ForeignRepository&, const ForeignRepository&) = default;
};

/// What the walk asks the source's policy. Called from several threads at once.
struct Policy {
  /// What becomes of a path that is no directory.
  std::function<PathClass(std::string_view path)> classify;
  /// What becomes of a directory: noise or user = look inside; foreign is never asked for;
  /// secret, skip and unknown = do not look inside.
  std::function<PathClass(std::string_view path)> classify_directory;
  /// True where a nested repository is looked into all the same, because what lies there is session
  /// data (only its `.git` is left out).
  std::function<bool(std::string_view path)> store_despite_repository;
  /// True where data that should be safe is expected, so that a link which leads to something not stored
  /// hides it: a problem, and not only a note. May be empty (nowhere).
  std::function<bool(std::string_view path)> link_hides_data;
};

struct WalkResult {
  std::vector<FoundFile> files;            ///< sorted by path (byte order)
  std::vector<ForeignRepository> foreign;  ///< sorted by path
  std::vector<std::string> unknown;        ///< topmost unknown paths, sorted
  std::vector<std::string> secrets;        ///< paths left out as secret, sorted
  std::vector<Problem> problems;           ///< unreadable directories, special files, escaping links…
  /// Directories that could not be read: what lies beneath them is not known to be deleted.
  std::vector<std::string> unreadable;
  std::uint64_t stats = 0;  ///< statx calls made, for tests that gate on work
};

/// Walks everything beneath the directory `root_fd`, never following a symlink, opening directories only.
/// FIFOs, sockets and devices are reported (note) and passed over. Names that differ from what the walk
/// can store (longer than 255 bytes cannot occur) are all taken as bytes.
/// @param threads directories are shared over this many threads
/// @throws Error when the root itself cannot be read
[[nodiscard]] WalkResult walk(int root_fd, const Policy& policy, std::size_t threads);

/// Stats the given paths only (one session's files), with the same result as walk() would give for them.
/// A path that is a directory is walked. Missing ones are simply absent from the result.
[[nodiscard]] WalkResult walk_paths(int root_fd, const Policy& policy, const std::vector<std::string>& paths);

}  // namespace csb::scan
