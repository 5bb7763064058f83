#include "csb/app/backup.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "backup_failure.hpp"
#include "backup_merge.hpp"
#include "backup_run.hpp"
#include "backup_turn.hpp"
#include "csb/app/roots.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "last_look.hpp"
#include "leavings.hpp"

namespace csb::app {
namespace {

constexpr const char* kMountedHint =
    "nothing counts as deleted; is it mounted? --claude-dir or $CLAUDE_CONFIG_DIR name another one";

std::string missing(const std::string& directory) {
  return "there is no directory '" + directory + "' to back up";
}

/// Before anything is made for it: a missing root leaves no trace.
void require_some_root(const Settings& settings) {
  if (fs::is_directory(settings.claude_dir) || fs::is_directory(settings.mirror())) return;
  for (const std::string& directory : settings.more_claude_dirs)
    if (fs::is_directory(directory)) return;
  throw Error(ErrorCode::failed, missing(settings.claude_dir), kMountedHint);
}

/// One run over all roots. What stops one of them does not stop the others.
class BackupOfAll {
 public:
  BackupOfAll(const Settings& settings, const BackupOptions& options)
      : settings_(settings), options_(options) {
    using Access = catalogue::Catalogue::Access;
    roots_ = roots_to_back_up(settings, options.dry_run ? Access::read : Access::read_alone, catalogue_);
  }

  BackupResult run() {
    result_.started_ns = now_ns();
    for (const Root& root : roots_) back_up(root);
    if (!saved_any_ && first_error_) std::rethrow_exception(first_error_);
    result_.ended_ns = now_ns();
    if (!options_.dry_run && !options_.no_commit && options_.session.empty()) write_looks();
    return std::move(result_);
  }

 private:
  void back_up(const Root& root) {
    const std::int64_t started = now_ns();
    try {
      if (!fs::is_directory(root.directory))
        throw Error(ErrorCode::failed, missing(root.directory), kMountedHint);
      BackupResult one = run_one(root);
      saved_any_ = true;
      note_look(root, started, one.incomplete() ? 3 : 0);
      add_root(result_, std::move(one), root, roots_.size() > 1);
    } catch (const Error& error) {
      // Another run is at work: it was told, or the person is, to come back for everything.
      if (roots_.size() == 1 || error.code() == ErrorCode::busy || error.code() == ErrorCode::interrupted)
        throw;
      if (!first_error_) first_error_ = std::current_exception();
      // Other roots may be away or have no such session: it is enough that one has it.
      const bool is_elsewhere = error.code() == ErrorCode::not_found || !fs::is_directory(root.directory);
      if (!options_.session.empty() && is_elsewhere) return;
      note_look(root, started, 1);
      add_failed_root(result_, root, error);
    }
  }

  /// The catalogue never decides whether a backup happens: what is wrong with it may show at any of its
  /// pages.
  BackupResult run_one(const Root& root) {
    Settings without = settings_;
    try {
      BackupRun run(settings_, root, options_for_one(), std::exchange(catalogue_, std::nullopt));
      BackupResult one = run.run();
      catalogue_ = run.give_back();
      return one;
    } catch (const std::exception& error) {
      using catalogue::Catalogue;
      if (options_.dry_run || options_.no_commit) throw;
      if (!Catalogue::is_damage(error) && !Catalogue::is_in_use(error)) throw;
      without.catalogue_trust =
          Catalogue::is_damage(error) ? CatalogueTrust::damaged : CatalogueTrust::in_use;
      result_.problems.push_back(
          {Problem::Severity::note, {}, error.what(), "the backup began anew without it"});
    }
    return BackupRun(without, root, options_for_one()).run();
  }

  void note_look(const Root& root, std::int64_t started, int status) {
    looks_.push_back({root.branch, {started, now_ns(), "backup", status, {}}});
  }

  void write_looks() {
    try {
      sweep_leavings(settings_.home);
      note_looks(settings_, looks_);
    } catch (const Error& error) {  // a full disk: what was to be saved is saved
      result_.problems.push_back({Problem::Severity::note, {}, error.what(), error.hint()});
    }
  }

  /// One bar for all roots.
  const BackupOptions& options_for_one() {
    one_ = options_;
    if (options_.progress)
      one_.progress = [this, before = done_](std::uint64_t done, std::uint64_t total) {
        done_ = before + done;
        options_.progress(done_, before + total);
      };
    return one_;
  }

  const Settings& settings_;
  const BackupOptions& options_;
  std::optional<catalogue::Catalogue> catalogue_;  ///< as long as nobody needs to write in it
  std::vector<Root> roots_;
  BackupOptions one_;
  BackupResult result_;
  std::vector<Look> looks_;
  std::uint64_t done_ = 0;  ///< bytes read of all roots so far
  bool saved_any_ = false;
  std::exception_ptr first_error_;
};

BackupResult back_up_in_turn(const Settings& settings, const BackupOptions& options) {
  fs::make_directories(settings.home);
  BackupResult result;
  const auto work = [&](bool again) {
    if (!again) {
      result = BackupOfAll(settings, options).run();
      return;
    }
    BackupOptions everything;  // whatever another run wished for
    everything.progress = options.progress;
    append_later(result, BackupOfAll(settings, everything).run());
  };
  work_in_turn(settings, options.patience, work, options.session.empty());
  return result;
}

}  // namespace

bool BackupResult::incomplete() const {
  return std::any_of(problems.begin(), problems.end(),
                     [](const Problem& problem) { return problem.severity == Problem::Severity::not_saved; });
}

BackupResult backup(const Settings& settings, const BackupOptions& options) {
  const std::int64_t started_ns = now_ns();
  try {
    require_some_root(settings);
    if (options.dry_run) return BackupOfAll(settings, options).run();
    BackupResult result = back_up_in_turn(settings, options);
    forget_failure(settings, options);
    return result;
  } catch (const std::exception& error) {
    note_failure(settings, options, started_ns, error);
    throw;
  }
}

void do_what_was_wished(const Settings& settings) {
  if (!is_wished(settings)) return;
  try {
    static_cast<void>(backup(settings, {}));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::busy) return;  // who holds the lock now finds the mark
    throw Error(error.code(), std::string("the backup that was wished for meanwhile failed: ") + error.what(),
                error.hint());
  }
}

}  // namespace csb::app
