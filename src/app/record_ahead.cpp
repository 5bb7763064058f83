#include "record_ahead.hpp"

#include <utility>

#include "packed_details.hpp"

namespace csb::app {
namespace {

void put_file(Recording& recording, Work& file) {
  catalogue::FileState& state = file.found.state;
  if (!file.found.details.empty()) state.details = unpack_details(file.found.details);
  recording.update.put_file(recording.root_id, state);
  file.is_recorded = true;
  // The commit needs the rest.
  state.details = std::nullopt;
  state.session_facts = std::nullopt;
  state.facts = {};
  file.found.details = {};
}

}  // namespace

RecordAhead::RecordAhead(catalogue::Catalogue& catalogue, const Root& target)
    : recording_(
          std::async(std::launch::async, [this, &catalogue, &target] { return run(catalogue, target); })) {}

RecordAhead::~RecordAhead() { end(); }

void RecordAhead::put(Work& file) {
  {
    const std::lock_guard hold(mutex_);
    waiting_.push_back(&file);
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
  return std::exchange(waiting_, {});
}

Recording RecordAhead::run(catalogue::Catalogue& catalogue, const Root& target) {
  Recording recording = begin_recording(catalogue, target);
  for (auto files = wait_for_files(); !files.empty(); files = wait_for_files())
    for (Work* file : files) put_file(recording, *file);
  return recording;
}

}  // namespace csb::app
