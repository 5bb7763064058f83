#include "backup_changes.hpp"

#include <algorithm>
#include <set>
#include <string_view>

namespace csb::app {
namespace {

constexpr std::uint32_t kPermissionBits = 07777;

/// What happened to a file; nothing when its content and permissions are what is stored.
std::optional<ChangeOp> op_of(const Work& work) {
  if (!work.was_stored) return ChangeOp::add;
  const FileStamp& before = work.job.known->stamp;
  const FileStamp& now = work.found.state.stamp;
  switch (work.found.content) {
    case Ingested::Content::same:
      if ((before.mode & kPermissionBits) == (now.mode & kPermissionBits)) return std::nullopt;
      return ChangeOp::rewrite;
    case Ingested::Content::grown:
      return ChangeOp::grow;
    case Ingested::Content::fresh:
    case Ingested::Content::other:
      break;
  }
  return now.size < before.size ? ChangeOp::shrink : ChangeOp::rewrite;
}

Edit edit_of(Work& work, ChangeOp op, const source::Source& source) {
  catalogue::FileState& state = work.found.state;
  Edit edit;
  edit.change.path = state.path;
  edit.change.op = op;
  edit.change.size = state.stamp.size;
  edit.change.mtime_ns = state.stamp.mtime_ns;
  edit.change.mode = state.stamp.mode;
  edit.change.messages = work.found.messages;
  edit.change.compactions = work.found.compactions;
  edit.path_class = state.path_class;
  edit.session = state.session;
  edit.is_transcript = source.is_transcript(state.path);
  edit.is_move = !work.planned->moved_from.empty();
  edit.is_recorded = work.is_recorded;
  edit.state = std::move(state);
  return edit;
}

Edit removal_of(const Gone& gone, bool is_move, const source::Source& source) {
  Edit edit;
  edit.change.path = gone.known->path;
  edit.change.op = ChangeOp::remove;
  edit.path_class = gone.known->path_class;
  edit.session = source.session_of(gone.known->path);
  edit.is_transcript = source.is_transcript(gone.known->path);
  edit.is_move = is_move;
  return edit;
}

/// The content is stored already; is there anything new to remember of it but its stamp?
bool only_stamp_differs(const Work& work) {
  const catalogue::FileState& known = *work.job.known;
  const catalogue::FileState& now = work.found.state;
  return work.planned->known != nullptr && work.planned->known->id != 0 && known.slices == now.slices &&
         known.facts == now.facts && known.parsed_to == now.parsed_to && known.path_class == now.path_class;
}

void add_read_file(Work& work, const source::Source& source, ChangeSet& changes) {
  catalogue::FileState& state = work.found.state;
  if (!work.details.empty()) changes.details.emplace(state.path, std::move(work.details));
  if (const auto op = op_of(work)) {
    changes.edits.push_back(edit_of(work, *op, source));
  } else if (only_stamp_differs(work)) {
    changes.touched.push_back({work.planned->known->id, state.stamp, state.racy});
  } else {
    changes.relearned.push_back(std::move(state));
  }
}

/// Without slices it was seen by an index-only run, or could not be read from the store.
bool is_stored(const Memory& memory, const std::optional<catalogue::FileState>& state,
               const std::string& path) {
  return state && (!state->slices.empty() || memory.is_stored(path));
}

}  // namespace

std::vector<Work> plan_work(const Plan& plan, const Memory& memory, const source::Source& source) {
  std::vector<Work> works;
  for (const PlannedFile& planned : plan.changed) {
    Work work;
    work.planned = &planned;
    work.job.source = &source;
    work.job.found = planned.found;
    auto known = memory.state(planned.moved_from.empty() ? planned.found->path : planned.moved_from);
    work.was_stored = planned.known != nullptr && is_stored(memory, known, planned.found->path);
    if (known) work.job.known = std::move(*known);
    works.push_back(std::move(work));
  }
  std::stable_sort(works.begin(), works.end(), [](const Work& a, const Work& b) {
    return expected_bytes(a.job) > expected_bytes(b.job);
  });
  return works;
}

std::vector<Gone> plan_removals(const Plan& plan, const Memory& memory) {
  std::vector<Gone> gone;
  for (const catalogue::KnownFile* known : plan.vanished) {
    auto state = memory.state(known->path);
    const bool was_stored = is_stored(memory, state, known->path);
    gone.push_back({known, was_stored, state ? std::move(state->slices) : StoredSlices()});
  }
  return gone;
}

ChangeSet collect_changes(std::vector<Work> work, const std::vector<Gone>& gone, const source::Source& source,
                          std::vector<Problem>& problems) {
  ChangeSet changes;
  changes.edits.reserve(work.size() + gone.size());
  std::set<std::string_view> arrived_from;
  for (Work& file : work) {
    if (file.found.outcome == Ingested::Outcome::failed) problems.push_back(*file.found.problem);
    if (file.found.outcome != Ingested::Outcome::read) continue;
    if (!file.planned->moved_from.empty()) arrived_from.insert(file.planned->moved_from);
    add_read_file(file, source, changes);
  }
  for (const Gone& file : gone) {
    if (file.was_stored) {
      changes.edits.push_back(removal_of(file, arrived_from.contains(file.known->path), source));
    } else {
      changes.forgotten.push_back(file.known->path);
    }
  }
  std::sort(changes.edits.begin(), changes.edits.end(),
            [](const Edit& a, const Edit& b) { return a.change.path < b.change.path; });
  return changes;
}

}  // namespace csb::app
