#include "record_ahead.hpp"

#include <utility>

namespace csb::app {
namespace {

/// Bytes of files, which bound what their details take, that may wait for the catalogue; the last may exceed
/// it.
constexpr std::uint64_t kWaitingBytes = 16U << 20U;

/// The commit needs the rest.
void let_go(catalogue::FileState& state) {
  state.details = std::nullopt;
  state.session_facts = std::nullopt;
  state.facts = {};
}

}  // namespace

RecordAhead::RecordAhead(catalogue::Catalogue& catalogue, const Root& target)
    : recording_(
          std::async(std::launch::async, [this, &catalogue, &target] { return run(catalogue, target); })) {}

RecordAhead::~RecordAhead() { end(); }

void RecordAhead::put(Work& file) {
  {
    std::unique_lock hold(mutex_);
    taken_.wait(hold, [this] { return failed_ || waiting_bytes_ < kWaitingBytes; });
    if (failed_) return let_go(file.found.state);
    waiting_.push_back(&file);
    waiting_bytes_ += file.found.state.stamp.size;
  }
  changed_.notify_one();
}

std::future<Recording> RecordAhead::finish() {
  end();
  recording_.wait();
  return std::move(recording_);
}

void RecordAhead::end() {
  {
    const std::lock_guard hold(mutex_);
    ended_ = true;
  }
  changed_.notify_one();
}

/// @return none when there will be no more
std::vector<Work*> RecordAhead::wait_for_files() {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [this] { return ended_ || !waiting_.empty(); });
  waiting_bytes_ = 0;
  taken_.notify_all();
  return std::exchange(waiting_, {});
}

void RecordAhead::put_files(Recording& recording) {
  for (auto files = wait_for_files(); !files.empty(); files = wait_for_files()) {
    for (Work* file : files) {
      recording.update.put_file(recording.root_id, file->found.state);
      file->is_recorded = true;
      let_go(file->found.state);
    }
  }
}

Recording RecordAhead::run(catalogue::Catalogue& catalogue, const Root& target) {
  try {
    Recording recording = begin_recording(catalogue, target);
    put_files(recording);
    return recording;
  } catch (...) {  // whoever asks for the recording is told
    {
      const std::lock_guard hold(mutex_);
      failed_ = true;
    }
    taken_.notify_all();
    throw;
  }
}

}  // namespace csb::app
