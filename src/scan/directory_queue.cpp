#include "directory_queue.hpp"

#include <algorithm>
#include <string_view>

namespace csb::scan {
namespace {

/// The byte of `path` at `at`; what follows a directory's own name in the paths beneath it is '/'.
unsigned char byte_at(std::string_view path, std::size_t at, bool is_directory) {
  if (at < path.size()) return static_cast<unsigned char>(path[at]);
  return is_directory && at == path.size() ? '/' : 0;
}

/// Whether `a` (and all beneath it, when it is a directory) comes before `b` in byte order of whole paths:
/// "a-b/x" < "a/x" < "a0".
bool comes_before(std::string_view a, bool a_is_directory, std::string_view b, bool b_is_directory) {
  const std::size_t common = std::min(a.size(), b.size());
  if (const int order = a.substr(0, common).compare(b.substr(0, common)); order != 0) return order < 0;
  return byte_at(a, common, a_is_directory) < byte_at(b, common, b_is_directory);
}

}  // namespace

void DirectoryNode::move_files_to(std::vector<FoundFile>& out) {
  auto file = files.begin();
  for (const auto& directory : directories) {
    for (; file != files.end() && comes_before(file->path, false, directory->path, true); ++file)
      out.push_back(std::move(*file));
    directory->move_files_to(out);
  }
  std::move(file, files.end(), std::back_inserter(out));
  files.clear();
  directories.clear();
}

void DirectoryNode::sort_directories() {
  if (directories.size() < 2) return;
  std::sort(directories.begin(), directories.end(),
            [](const auto& a, const auto& b) { return comes_before(a->path, true, b->path, true); });
}

std::size_t DirectoryNode::file_count() const {
  std::size_t count = files.size();
  for (const auto& directory : directories) count += directory->file_count();
  return count;
}

void DirectoryQueue::add(std::span<const std::unique_ptr<DirectoryNode>> nodes) {
  if (nodes.empty()) return;
  std::unique_lock hold(mutex_);
  for (const auto& node : nodes) waiting_.push_back(node.get());
  unfinished_ += nodes.size();
  const std::size_t wake = std::min(sleepers_, nodes.size());
  hold.unlock();
  for (std::size_t i = 0; i < wake; ++i) changed_.notify_one();
}

DirectoryNode* DirectoryQueue::take() {
  std::unique_lock hold(mutex_);
  ++sleepers_;
  changed_.wait(hold, [this] { return !waiting_.empty() || unfinished_ == 0 || stopped_; });
  --sleepers_;
  if (waiting_.empty() || stopped_) return nullptr;
  DirectoryNode* const node = waiting_.back();
  waiting_.pop_back();
  return node;
}

void DirectoryQueue::done() {
  const std::lock_guard hold(mutex_);
  if (--unfinished_ == 0) changed_.notify_all();
}

void DirectoryQueue::stop() {
  const std::lock_guard hold(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

}  // namespace csb::scan
