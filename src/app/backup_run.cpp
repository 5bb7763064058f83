#include "backup_run.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>
#include <utility>

#include "backup_session.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/versions.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/parallel.hpp"
#include "ingest.hpp"
#include "packed_details.hpp"
#include "publish_catalogue.hpp"
#include "read_ahead.hpp"
#include "record_ahead.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kWalkThreads = 2;  // more are no faster: docs/performance.md

/// One slice of memory for each of them.
std::size_t ingest_threads() { return std::clamp<std::size_t>(worker_count(), 2, 4); }

}  // namespace

BackupRun::BackupRun(const Settings& settings, const Root& target, const BackupOptions& options,
                     std::optional<catalogue::Catalogue> opened)
    : settings_(settings),
      target_(target),
      options_(options),
      catalogue_(std::move(opened)),
      store_(settings, options.patience) {}

BackupRun::~BackupRun() {
  if (!draft_.empty()) drop_draft();
}

std::optional<catalogue::Catalogue> BackupRun::give_back() {
  return only_reads_ ? std::move(catalogue_) : std::nullopt;
}

BackupResult BackupRun::run() {
  result_.started_ns = now_ns();
  open_root();
  open_catalogue();
  session_ = wanted_session();
  Look seen;
  if (only_reads_) {
    if (look_first(seen)) return report_nothing(seen);
    open_catalogue_to_write();
  }
  if (!seen.taken) seen = look();
  if (stores() && !reflects_store()) seen = look();
  require_same_directory(seen);
  take_report(seen);

  ChangeSet changes = read_changes(seen);
  count_changes(changes, result_);
  // The catalogue is filled meanwhile, and committed behind.
  std::optional<Storing> storing;
  if (stores() && changes.anything_to_store()) {
    commit_time_ns_ = now_ns();
    storing.emplace(store_.transaction(), target_, changes, commit_time_ns_);
  }
  auto recording =
      record(changes, seen.walk.unknown, [&] { return storing ? storing->commits() : Commits(); });
  // A draft may be complete before the store is safe: it is not published before.
  if (!draft_.empty()) commit(std::exchange(recording, std::nullopt));
  if (storing) {
    const archive::WriteStats written = storing->finish();
    result_.noise_commit = storing->commits().noise;
    result_.user_commit = storing->commits().user;
    result_.objects_written += written.objects;
    result_.bytes_written += written.bytes_written;
  }
  commit(std::move(recording));
  read_other_branches();
  publish_draft();
  result_.store_opened = store_.was_opened();
  result_.store_created = store_.was_created();
  result_.ended_ns = now_ns();
  return std::move(result_);
}

/// Damage may show only when the catalogue is read: then the look is taken again, with a new one.
bool BackupRun::look_first(Look& seen) {
  try {
    seen = look();
    return nothing_to_do(seen);
  } catch (const std::exception& error) {
    if (!catalogue::Catalogue::is_damage(error)) throw;
    seen = {};
    return false;
  }
}

void BackupRun::take_report(const Look& seen) {
  result_.files_seen = seen.plan.files_seen;
  result_.secrets = seen.walk.secrets;
  for (const auto* problems : {&seen.walk.problems, &seen.plan.problems})
    result_.problems.insert(result_.problems.end(), problems->begin(), problems->end());
}

bool BackupRun::nothing_to_do(const Look& seen) const {
  if (!stores() || !row_ || !row_->head || row_->path != target_.directory || !seen.plan.empty())
    return false;
  if (!all_said(seen) || changed_foreign(seen.walk)) return false;
  return archive::Store::peek_tip(settings_.store, target_.branch) == row_->head;
}

/// Notes and unknown names are said once; a problem is said in every run.
bool BackupRun::all_said(const Look& seen) const {
  std::vector<std::string> paths = seen.walk.unknown;
  for (const auto* problems : {&seen.walk.problems, &seen.plan.problems})
    for (const Problem& problem : *problems)
      if (problem.severity == Problem::Severity::note) paths.push_back(problem.path);
  return catalogue_->all_reported(row_->id, paths);
}

BackupResult BackupRun::report_nothing(const Look& seen) {
  take_report(seen);
  std::erase_if(result_.problems,
                [](const Problem& problem) { return problem.severity == Problem::Severity::note; });
  result_.ended_ns = now_ns();
  return std::move(result_);
}

void BackupRun::note(std::string what, std::string hint) {
  result_.problems.push_back({Problem::Severity::note, {}, std::move(what), std::move(hint)});
}

// ---- before the walk

void BackupRun::open_root() {
  root_ = open_at(AT_FDCWD, target_.directory, O_RDONLY | O_DIRECTORY);
  if (root_) return;
  const int error = errno;
  const Error reason = errno_error("cannot back up '" + target_.directory + "'", error);
  throw Error(ErrorCode::failed, reason.what(),
              error == ENOENT || error == ENOTDIR
                  ? "nothing counts as deleted; is it mounted? --claude-dir or $CLAUDE_CONFIG_DIR "
                    "name another directory"
                  : "");
}

/// Most runs find nothing to do: they get the catalogue without locks, journal or shared memory.
void BackupRun::open_catalogue() {
  using catalogue::Catalogue;
  const bool exists = fs::exists(settings_.catalogue_file());  // asked once: the answer may change
  const bool is_trusted = settings_.catalogue_trust == CatalogueTrust::sound;
  if (!options_.dry_run && (options_.no_commit || !exists || !is_trusted)) return open_catalogue_to_write();
  if (!exists) return;
  try {
    const auto access = options_.dry_run ? Catalogue::Access::read : Catalogue::Access::read_alone;
    if (!catalogue_) catalogue_ = Catalogue::open(settings_.catalogue_file(), access);
    only_reads_ = !options_.dry_run;
    find_root_row();
  } catch (const std::exception& error) {
    if (!options_.dry_run) return open_catalogue_to_write();
    catalogue_.reset();
    row_.reset();
    note(std::string("the catalogue cannot be read, so everything looks new: ") + error.what());
  }
}

void BackupRun::open_catalogue_to_write() {
  using catalogue::Catalogue;
  only_reads_ = false;
  catalogue_.reset();
  try {
    if (settings_.catalogue_trust == CatalogueTrust::in_use)
      throw Error(ErrorCode::busy, "another program has the catalogue");
    if (stores() && !fs::exists(settings_.store) && !fs::exists(settings_.catalogue_file()))
      return open_draft();
    catalogue_ = open_catalogue_for_writing(settings_, [this](std::string said) { note(std::move(said)); });
  } catch (const Error& error) {
    if (options_.no_commit) throw;
    if (!draft_.empty()) drop_draft();
    // A newer csb's, another program's lock, or its disk is full: it is left as it is, and what is needed of
    // it read from the store.
    note(error.what(), "this backup does without the catalogue, and takes longer");
    catalogue_ = Catalogue::open({}, Catalogue::Access::memory);
  }
  find_root_row();
}

/// The first backup of a new store puts all there is into the catalogue: it gets its name when that is done.
void BackupRun::open_draft() {
  fs::make_directories(settings_.home);
  draft_ = fs::temporary_name(settings_.catalogue_file());
  fs::remove_file(draft_);  // an earlier process may have had this one's number
  catalogue_ = draft_catalogue(settings_, draft_);
}

void BackupRun::publish_draft() {
  if (draft_.empty()) return;
  try {
    catalogue_.reset();
    publish_catalogue(draft_, settings_.catalogue_file(), OldCatalogue::none);
    draft_.clear();
  } catch (const std::exception& error) {
    note_failed_record(error);
  }
}

void BackupRun::drop_draft() noexcept {
  recording_ = {};  // of that catalogue
  catalogue_.reset();
  try {
    fs::remove_file(draft_);
  } catch (const std::exception&) {  // the next run tries again
  }
  draft_.clear();
}

/// One branch holds one directory: mixing another one in would record all of the first as deleted. A
/// directory that is on record under another name, or under none, has to show that it is the same: by its
/// files.
void BackupRun::require_same_directory(const Look& seen) const {
  if (session_ || !row_ || row_->path == target_.directory ||
      seen.plan.vanished.size() * 2 <= seen.known.size())
    return;
  if (row_->path.empty() && settings_.more_claude_dirs.empty()) return;  // the only one there can be
  throw Error(
      ErrorCode::refused,
      "the branch " + target_.branch + " holds " +
          (row_->path.empty() ? "another directory" : "'" + row_->path + "'") +
          ", and most of its files are not in '" + target_.directory + "'",
      "to archive both, name both (csb.claudeDir, or --claude-dir twice); to go on with this one alone, "
      "under another csb.machine");
}

void BackupRun::find_root_row() { row_ = catalogue_ ? catalogue_->find_root(target_.branch) : std::nullopt; }

std::optional<SessionId> BackupRun::wanted_session() const {
  if (options_.session.empty()) return std::nullopt;
  if (auto id = SessionId::parse(options_.session)) return id;  // perhaps one never seen before
  if (!catalogue_) throw Error(ErrorCode::not_found, "no session is known yet", "give its full id");
  return resolve_session(*catalogue_, options_.session).id;
}

// ---- the look

BackupRun::Look BackupRun::look() {
  Look seen;
  seen.taken = true;
  const auto policy = target_.source->policy(settings_.policy);
  if (session_) {
    auto footprint = row_ ? catalogue_->footprint(row_->id, *session_) : std::vector<catalogue::FileState>();
    const auto paths = session_paths(target_, *session_, footprint);
    if (row_) seen.known = known_beneath(*catalogue_, row_->id, paths, std::move(footprint));
    if (paths.empty())
      throw Error(ErrorCode::not_found, "no session " + session_->text() + " in '" + target_.directory + "'");
    seen.walk = scan::walk_paths(root_.get(), policy->walk_policy(), paths);
  } else {
    // The catalogue is read while the disk is walked.
    auto known = run_beside(
        [this] { return row_ ? catalogue_->known_files(row_->id) : std::vector<catalogue::KnownFile>(); });
    seen.walk = scan::walk(root_.get(), policy->walk_policy(), kWalkThreads);
    seen.known = known.get();
  }
  const std::string folder(target_.source->session_directory());
  guard_missing_sessions(
      seen.walk, seen.known, folder,
      folder.empty() ? !seen.walk.files.empty() : fs::is_directory(target_.directory + "/" + folder));
  seen.plan = make_plan(seen.walk, seen.known, *target_.source);
  leave_unstored(seen.plan, *policy);
  return seen;
}

bool BackupRun::reflects_store() {
  const std::optional<Oid> head = row_ ? row_->head : std::nullopt;
  if (const auto tip = archive::Store::peek_tip(settings_.store, target_.branch); tip && tip == head)
    return true;
  if (!head && settings_.store_is_default && !fs::exists(settings_.store)) return true;  // the first backup
  const std::optional<Oid> tip = store_.store().tip(target_.branch);
  if (tip == head) return true;
  if (tip) {
    store_.heal();  // a run that moved the branch and did not get to the catalogue was killed
    const auto problems = catch_up(*catalogue_, store_.store(), settings_, target_.branch);
    result_.problems.insert(result_.problems.end(), problems.begin(), problems.end());
  } else {
    note("the store has lost the branch " + target_.branch + ": everything is stored anew");
    auto update = catalogue_->begin();
    update.clear_root(row_->id);
    update.commit();
  }
  find_root_row();
  return false;
}

std::optional<std::string> BackupRun::changed_foreign(const scan::WalkResult& walk) const {
  if (session_ || !catalogue_) return std::nullopt;
  std::string lines = foreign_lines(walk.foreign);
  if (lines == catalogue_->note(foreign_note(target_.branch))) return std::nullopt;
  return lines;
}

/// A catalogue that was built anew does not remember what the newest commit holds.
bool BackupRun::stores_foreign(const std::string& lines) {
  if (!row_ || !row_->head || !catalogue_->note(foreign_note(target_.branch)).empty()) return false;
  const auto entry = store_.store().find(*row_->head, ".csb/foreign.jsonl");
  return entry && store_.store().size(*entry) == lines.size() &&
         store_.store().read_text(*entry, lines.size() + 1) == lines;
}

// ---- what changed

Memory BackupRun::memory() const {
  return {[this](const std::string& path) {
            return row_ ? catalogue_->file_state(row_->id, path) : std::nullopt;
          },
          [this](const std::string& path) {
            const auto versions = catalogue_->versions_of_path(row_->id, path);
            return !versions.empty() && versions.back().op != ChangeOp::remove;
          }};
}

ChangeSet BackupRun::read_changes(const Look& seen) {
  const auto foreign = changed_foreign(seen.walk);
  const bool store_foreign = foreign && stores() && !stores_foreign(*foreign);
  if (stores() && (store_foreign || seen.plan.is_sure())) store_.begin();
  std::vector<Work> work = plan_work(seen.plan, memory(), *target_.source);
  const std::vector<Gone> gone = plan_removals(seen.plan, memory());
  if (stores()) {
    const auto stored = stored_already(work, gone);
    std::once_flag assumed;
    read_files(work, [&](std::span<const std::byte> data, const std::optional<archive::PriorSlice>& prior) {
      // A file that was only touched does not need the store.
      if (prior && prior->size == data.size())
        if (auto same = hash_slice(data, prior); same.extends_prior) return same;
      std::call_once(assumed, [&] {
        for (const StoredSlices& slices : stored) store_.transaction().assume_stored(slices);
      });
      return store_.transaction().add_slice(data, prior);
    });
  } else {
    read_files(work, hash_slice);
  }
  ChangeSet changes = collect_changes(std::move(work), gone, *target_.source, result_.problems);
  if (stores()) changes.foreign_note = foreign;
  if (store_foreign) changes.foreign = foreign;
  return changes;
}

/// What the catalogue knows to be stored is not written again, wherever it comes back.
std::vector<StoredSlices> BackupRun::stored_already(const std::vector<Work>& work,
                                                    const std::vector<Gone>& gone) const {
  std::vector<StoredSlices> stored;
  for (const Gone& file : gone) stored.push_back(file.slices);
  for (const Work& file : work) {
    if (file.job.known) stored.push_back(file.job.known->slices);
    if (file.planned->moved_from.empty()) continue;
    if (auto earlier = memory().state(file.planned->found->path))
      stored.push_back(std::move(earlier->slices));
  }
  return stored;
}

/// Whether slices that were not read are about to be committed.
bool BackupRun::takes_from_memory(const Work& file) const {
  return stores() && file.job.known && file.found.outcome == Ingested::Outcome::read &&
         (file.found.content == Ingested::Content::grown || !file.planned->moved_from.empty());
}

void BackupRun::read_files(std::vector<Work>& work, const StoreSlice& store) {
  std::uint64_t expected = 0, read = 0;
  for (const Work& file : work) expected += expected_bytes(file.job);
  std::mutex mutex;
  IngestMeter meter;
  if (options_.progress)
    meter.progress = [&](std::uint64_t bytes) {
      const std::lock_guard hold(mutex);
      options_.progress(read += bytes, std::max(expected, read));
    };
  std::optional<ReadAhead> ahead;
  if (!options_.dry_run) ahead.emplace(root_.get(), work);
  std::optional<RecordAhead> recorder;
  if (is_first_backup()) {
    try {
      recorder.emplace(*catalogue_, target_);
    } catch (const std::system_error&) {  // no more threads: all files are recorded when they are read
      recorder.reset();
    }
  }
  parallel_for(work.size(), ingest_threads(), [&](std::size_t index) {
    Work& file = work[index];
    if (ahead) ahead->reached(index);
    if (options_.dry_run && !file.job.known) {  // new in any case: nothing to find out by reading
      file.found.outcome = Ingested::Outcome::read;
      file.found.state.path = file.job.found->path;
      file.found.state.stamp = file.job.found->stamp;
      file.found.state.path_class = file.job.found->path_class;
      file.found.state.session = target_.source->session_of(file.job.found->path);
      return;
    }
    file.found = ingest(root_.get(), file.job, result_.started_ns, store, meter);
    if (takes_from_memory(file) && !store_.transaction().has(file.found.state.slices)) {
      // The catalogue is wrong about what the store has: only the file itself is to be believed.
      file.job.known->slices.clear();
      file.found = ingest(root_.get(), file.job, result_.started_ns, store, meter);
    }
    if (recorder && !file.was_stored && file.found.outcome == Ingested::Outcome::read)
      recorder->put(file);
    else if (file.found.state.details)
      file.details = pack_details(*std::exchange(file.found.state.details, std::nullopt));
  });
  if (recorder) recording_ = recorder->finish();
  result_.files_opened = meter.files_opened;
  result_.bytes_read = meter.bytes_read;
  result_.bytes_parsed = meter.bytes_parsed;
}

// ---- afterwards

/// Other machines' branches, and what other tools committed to an adopted repository, are part of the
/// timeline. Read when the store is open anyway.
void BackupRun::read_other_branches() {
  if (!stores() || !store_.was_opened() || !catalogue_) return;
  try {
    const auto own = catalogue_->find_root(target_.branch);
    // What could not be recorded is for the next run to read.
    const bool was_recorded = own && own->head == store_.store().tip(target_.branch);
    if (!was_recorded || is_up_to_date(*catalogue_, store_.store())) return;
    const auto problems = catch_up(*catalogue_, store_.store(), settings_);
    result_.problems.insert(result_.problems.end(), problems.begin(), problems.end());
  } catch (const std::exception& error) {
    note(std::string("another branch of the store could not be read: ") + error.what());
  }
}

Recording BackupRun::begun_recording() {
  return recording_.valid() ? recording_.get() : begin_recording(*catalogue_, target_);
}

std::optional<Recording> BackupRun::record(const ChangeSet& changes, const std::vector<std::string>& unknown,
                                           const std::function<Commits()>& commits) {
  if (options_.dry_run) {
    for (const std::string& path : unknown)
      result_.problems.push_back(
          {Problem::Severity::note, path, "not known to csb, would not be stored", {}});
    return std::nullopt;
  }
  if (options_.no_commit) {
    std::vector<catalogue::FileState> known;
    for (const Edit& edit : changes.edits)
      if (auto state = memory().state(edit.change.path); state && state->present)
        known.push_back(std::move(*state));
    note("nothing was stored: the catalogue alone protects no session", "run csb backup without --no-commit");
    Recording recording = begun_recording();
    record_run(recording, target_, index_only(changes, known), unknown, commits, 0, result_);
    return recording;
  }
  try {
    Recording recording = begun_recording();
    record_run(recording, target_, changes, unknown, commits, commit_time_ns_, result_);
    return recording;
  } catch (const std::exception& error) {
    note_failed_record(error);
    return std::nullopt;
  }
}

/// A transaction that cannot be committed is rolled back: others follow.
void BackupRun::commit(std::optional<Recording> recording) {
  try {
    if (!recording) return;
    if (!draft_.empty()) recording->update.complete_draft();
    recording->update.commit();
  } catch (const std::exception& error) {
    if (options_.no_commit) throw;
    recording.reset();
    note_failed_record(error);
  }
}

/// What was to be saved is saved; the next run sees the tip ahead of the catalogue and reads it from there.
void BackupRun::note_failed_record(const std::exception& error) {
  note(std::string("the catalogue could not be updated and will be from the store: ") + error.what());
  if (!draft_.empty()) drop_draft();
}

}  // namespace csb::app
