#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "csb/scan/walk.hpp"
#include "csb/util/fd.hpp"

namespace csb::scan {

/// A directory of the walk and what was found in it. One thread fills it; its place never changes.
struct DirectoryNode {
  std::string path;  ///< relative to the root; "" for the root
  /// The directory above it, open until all directories in it are; nullptr when it is to be opened by its
  /// path.
  std::shared_ptr<const Fd> parent;
  std::vector<FoundFile> files;                             ///< sorted by path
  std::vector<std::unique_ptr<DirectoryNode>> directories;  ///< sorted by path with a '/' at the end

  /// Orders `directories` as the paths beneath them are ordered: "a-b/x" comes before "a/x".
  void sort_directories();
  /// Appends the files of the whole tree to `out`, in byte order of their paths; leaves the tree empty.
  void move_files_to(std::vector<FoundFile>& out);
  [[nodiscard]] std::size_t file_count() const;
};

/// The directories still to be read, shared by the threads of one walk. Newest first, so that few wait.
class DirectoryQueue {
 public:
  void add(std::span<const std::unique_ptr<DirectoryNode>> nodes);

  /// The next directory; waits while other threads may still add some. @return nullptr when all are read
  [[nodiscard]] DirectoryNode* take();

  /// To be called once for each directory taken, after what it holds was added.
  void done();

  /// Lets every take() return nullptr from now on.
  void stop();

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<DirectoryNode*> waiting_;
  std::size_t unfinished_ = 0;  // waiting or being read
  std::size_t sleepers_ = 0;
  bool stopped_ = false;
};

}  // namespace csb::scan
