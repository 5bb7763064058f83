#include "read_ahead.hpp"

#include <algorithm>
#include <exception>
#include <system_error>

#include "csb/scan/file_reader.hpp"
#include "ingest.hpp"

namespace csb::app {
namespace {

/// How far it goes ahead: enough to keep a disk busy, little enough to be still in memory when it is read.
constexpr std::uint64_t kAheadBytes = std::uint64_t{32} << 20;
/// After so many files in a row that were in memory, only one of so many is looked at: looking costs a backup
/// 4 % of its time.
constexpr std::size_t kInARow = 16;

}  // namespace

ReadAhead::ReadAhead(int root_fd, const std::vector<Work>& work) : root_fd_(root_fd) {
  files_.reserve(work.size());
  std::uint64_t bytes = 0;
  for (const Work& one : work) {
    const std::uint64_t expected = expected_bytes(one.job);
    const bool is_whole = expected == one.job.found->stamp.size;  // else only its end will be read
    files_.push_back({&one.job.found->path, bytes, is_whole ? std::min(expected, kAheadBytes) : 0});
    bytes += expected;
  }
  if (bytes <= kAheadBytes) return;
  try {
    thread_ = std::jthread([this] { run(); });
  } catch (const std::system_error&) {
    return;  // no more threads: each file is fetched when its turn comes
  }
}

ReadAhead::~ReadAhead() { reached(files_.size()); }

void ReadAhead::reached(std::size_t index) noexcept {
  std::size_t known = reached_.load();
  while (known < index)
    if (reached_.compare_exchange_weak(known, index)) return reached_.notify_one();
}

void ReadAhead::run() noexcept {
  try {
    std::size_t in_memory = 0;  // files in a row
    for (std::size_t i = 0; wait_for_turn(i); i = std::max(i + 1, reached_.load()))
      if (files_[i].wanted > 0 && (in_memory < kInARow || i % kInARow == 0))
        in_memory = fetch(files_[i]) ? in_memory + 1 : 0;
  } catch (const std::exception&) {
    return;  // no memory: the readers, who need it more, will tell
  }
}

/// @return whether there is something to go on with
bool ReadAhead::wait_for_turn(std::size_t index) noexcept {
  if (index >= files_.size()) return false;
  for (std::size_t now = reached_.load(); now < files_.size(); now = reached_.load()) {
    if (files_[index].before <= files_[now].before + kAheadBytes) return true;
    reached_.wait(now);
  }
  return false;
}

/// @return whether it seems to be in memory already
bool ReadAhead::fetch(const File& file) const {
  auto failure = scan::OpenFailure::none;
  int error_number = 0;
  const auto opened = scan::FileReader::open(root_fd_, *file.path, failure, error_number);
  if (!opened) return true;  // nor will others wait for it
  if (opened->is_in_memory(0) && opened->is_in_memory(file.wanted - 1)) return true;
  opened->will_read(file.wanted);
  return false;
}

}  // namespace csb::app
