#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "csb/scan/walk.hpp"
#include "csb/util/fd.hpp"
#include "directory_entries.hpp"
#include "directory_queue.hpp"
#include "stamp.hpp"

namespace csb::scan {

/// What all threads of a walk share; it does not change while they run.
struct WalkContext {
  int root_fd = -1;
  const Policy& policy;
  std::string root_path;  ///< physical, to tell where links lead; may be empty
};

/// Reads directories for one thread, and keeps what it finds besides files.
class Visitor {
 public:
  explicit Visitor(const WalkContext& context) : context_(context) {}

  /// Reads one directory: fills `node.files`, and `node.directories` with those to be read next.
  void visit(DirectoryNode& node);

  /// The same for the root. @throws Error when it cannot be read
  void visit_root(DirectoryNode& node);

  /// One entry of the directory open as `directory`; what is found goes to `node`, the directory's.
  /// @param name ends in a NUL
  void visit_entry(DirectoryNode& node, int directory, std::string_view name, DirectoryEntries::Type type);

  /// Whether the directory is looked into; notes why not.
  [[nodiscard]] bool enters(std::string_view path);

  /// Whether the directory open as `directory` is a nested repository that is not looked into; notes it.
  [[nodiscard]] bool is_foreign(const std::string& path, int directory, bool has_git);

  /// Notes a directory that could not be read. One that is gone is no problem.
  void note_unreadable(const std::string& path, int error);

  /// Everything but `files`.
  WalkResult found;
  /// Of the files found, those that have more than one name (hard links).
  std::vector<std::string> linked;

 private:
  [[nodiscard]] Fd open(DirectoryNode& node) const;
  void visit_open(DirectoryNode& node, Fd directory);
  void visit_directory(DirectoryNode& node, std::string path);
  void visit_file(DirectoryNode& node, int directory, const char* name, std::string path);
  void visit_link(DirectoryNode& node, int directory, const char* name, std::string path);
  void visit_special(DirectoryNode& node, int directory, const char* name, const std::string& path);
  void judge_link(int directory, const char* name, const std::string& path);

  [[nodiscard]] bool takes(PathClass path_class, std::string_view path);
  [[nodiscard]] bool is_stored(const std::string& path) const;
  [[nodiscard]] bool stat(DirectoryNode& node, int directory, const char* name, FileStamp& stamp);

  std::uint64_t names_ = 0;  // that what was last looked at has
  const WalkContext& context_;
  DirectoryEntries entries_;
};

}  // namespace csb::scan
