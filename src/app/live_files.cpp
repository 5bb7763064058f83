#include "live_files.hpp"

#include <algorithm>
#include <mutex>

#include "csb/archive/store.hpp"
#include "csb/scan/file_reader.hpp"
#include "csb/scan/walk.hpp"
#include "csb/util/parallel.hpp"

namespace csb::app {
namespace {

std::optional<std::vector<std::byte>> read_slice(const scan::FileReader& file, std::uint64_t offset) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(std::min<std::uint64_t>(
      archive::kSliceBytes, file.stamp().size - std::min(offset, file.stamp().size))));
  const auto got = file.read_at(offset, bytes);
  if (!got || *got != bytes.size()) return std::nullopt;
  return bytes;
}

}  // namespace

std::optional<LiveContent> read_live(int root_fd, const std::string& path) {
  LiveContent content;
  scan::OpenFailure failure = scan::OpenFailure::none;
  int error_number = 0;
  const auto file = scan::FileReader::open(root_fd, path, failure, error_number);
  if (!file) {
    const auto target = scan::read_link(root_fd, path);
    if (!target) return std::nullopt;
    content.stamp.size = target->size();
    content.slices.push_back(archive::blob_id(as_bytes(*target)));
    return content;
  }
  content.stamp = file->stamp();
  std::uint64_t offset = 0;
  do {  // an empty file is one empty slice
    const auto bytes = read_slice(*file, offset);
    if (!bytes) return std::nullopt;
    content.slices.push_back(archive::blob_id(*bytes));
    offset += bytes->size();
  } while (offset < content.stamp.size);
  if (file->current_stamp() != content.stamp) return std::nullopt;
  return content;
}

LiveBlobs::LiveBlobs(int root_fd, const source::PathPolicy& policy) : root_fd_(root_fd) {
  const scan::WalkResult walk = scan::walk(root_fd, policy.walk_policy(), worker_count());
  for (const scan::FoundFile& file : walk.files) files_.push_back({file.path, file.stamp.mode, {}});
  std::mutex mutex;
  parallel_for(files_.size(), worker_count(), [&](std::size_t index) {
    const auto content = read_live(root_fd_, files_[index].path);
    if (!content) return;  // cannot help with the repair
    for (const Oid& slice : content->slices) files_[index].slices.push_back({slice, 0});
    const std::lock_guard lock(mutex);
    for (std::size_t slice = 0; slice < content->slices.size(); ++slice)
      places_.emplace(content->slices[slice],
                      Place{static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(slice)});
  });
}

std::vector<archive::TreeEdit> LiveBlobs::files() const {
  std::vector<archive::TreeEdit> files = files_;
  std::erase_if(files, [](const archive::TreeEdit& file) { return file.slices.empty(); });
  return files;
}

std::optional<std::vector<std::byte>> LiveBlobs::find(const Oid& blob) const {
  const auto place = places_.find(blob);
  if (place == places_.end()) return std::nullopt;
  const std::string& path = files_[place->second.file].path;
  scan::OpenFailure failure = scan::OpenFailure::none;
  int error_number = 0;
  std::optional<std::vector<std::byte>> bytes;
  if (const auto file = scan::FileReader::open(root_fd_, path, failure, error_number)) {
    bytes = read_slice(*file, std::uint64_t{place->second.slice} * archive::kSliceBytes);
  } else if (const auto target = scan::read_link(root_fd_, path)) {
    const auto view = as_bytes(*target);
    bytes.emplace(view.begin(), view.end());
  }
  if (bytes && archive::blob_id(*bytes) != blob) bytes.reset();  // it changed since it was found
  return bytes;
}

}  // namespace csb::app
