#include "csb/app/restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "csb/app/open_catalogue.hpp"
#include "csb/app/roots.hpp"
#include "csb/app/roster.hpp"
#include "csb/archive/store.hpp"
#include "csb/source/claude_ai/source.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "restore_check.hpp"
#include "restore_force.hpp"
#include "restore_inspect.hpp"
#include "restore_plan.hpp"
#include "restore_root.hpp"
#include "restore_times.hpp"
#include "restore_write.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

void check_options(const RestoreOptions& options) {
  if (options.sessions.empty() && !options.deleted_since_ns)
    throw Error(ErrorCode::usage, "which session?", "csb list --deleted all shows what there is");
  if (!options.sessions.empty() && options.deleted_since_ns)
    throw Error(ErrorCode::usage, "name sessions, or say since when they were deleted: not both");
  if (options.version && options.at_ns) throw Error(ErrorCode::usage, "choose a version or a time: not both");
  if (options.version && (options.sessions.size() > 1 || options.deleted_since_ns))
    throw Error(ErrorCode::usage, "a version number belongs to one session",
                "restore several with --at, or one by one");
}

archive::Store open_store(const Settings& settings) {
  try {
    return archive::Store::open(settings.store);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(ErrorCode::not_found, error.what(),
                settings.store_is_default ? "nothing was ever backed up here; --store names another archive"
                                          : "--store (or csb.store) names a git repository");
  }
}

/// What a full id stands for, even where only other files of the session were ever stored and not its
/// transcript, so that it is not listed.
catalogue::Session find_session(const Settings& settings, const catalogue::Catalogue& catalogue,
                                const std::string& name) {
  const auto id = SessionId::parse(name);
  if (id && !catalogue.session(*id) && !catalogue.versions_of(*id).empty()) return catalogue::Session(*id);
  return resolve_session(settings, catalogue, name);
}

std::vector<catalogue::Session> wanted_sessions(const Settings& settings,
                                                const catalogue::Catalogue& catalogue,
                                                const RestoreOptions& options) {
  if (options.deleted_since_ns) {
    catalogue::SessionQuery query;
    query.deleted = catalogue::DeletedFilter::only;
    query.deleted_since_ns = options.deleted_since_ns;
    auto sessions = catalogue.sessions(query).sessions;
    if (sessions.empty())
      throw Error(ErrorCode::not_found,
                  "no session was deleted since " + format_local(*options.deleted_since_ns),
                  "csb list --deleted only shows when each was");
    return sessions;
  }
  std::vector<catalogue::Session> sessions;
  for (const std::string& name : options.sessions) {
    catalogue::Session session = find_session(settings, catalogue, name);
    const bool twice = std::any_of(sessions.begin(), sessions.end(),
                                   [&](const catalogue::Session& other) { return other.id == session.id; });
    if (!twice) sessions.push_back(std::move(session));
  }
  return sessions;
}

/// The folder in which the client finds the session: the one whose slug is the transcript's folder.
std::string resume_directory(const SessionPlan& plan) {
  for (const std::string& directory : {plan.session.cwd, plan.session.start_cwd})
    if (!directory.empty() && claude_code::project_slug(directory) == plan.slug) return directory;
  return {};
}

RestoredSession report(const SessionPlan& plan, const std::string& destination) {
  RestoredSession session(plan.session.id);
  session.title = plan.session.title.empty() ? plan.session.first_prompt : plan.session.title;
  session.directory = destination;
  session.source = plan.source->name();
  session.resume_directory = resume_directory(plan);
  session.version = plan.transcript ? plan.transcript->number : 0;
  session.versions = plan.versions;
  session.notes = plan.notes;
  std::size_t moved = 0;
  for (const RestoreItem& item : plan.items) {
    moved += item.outcome == Outcome::restored && item.time_moved ? 1 : 0;
    RestoredFile file{item.path,       item.outcome,     item.version.size, item.mtime_ns,
                      item.time_moved, item.link_target, item.reason};
    // The transcript was written last, so that it appears only once the rest is there; it is named first.
    session.files.insert(item.is_transcript ? session.files.begin() : session.files.end(), std::move(file));
  }
  if (moved != 0)
    session.notes.push_back(fmt::format(
        "{} file{} got a time inside the client's retention period: with the recorded one, its next "
        "sweep would delete {} again",
        moved, moved == 1 ? "" : "s", moved == 1 ? "it" : "them"));
  return session;
}

/// The sessions that go to one directory, brought back together: their times are set beside each other.
class RestoreInto {
 public:
  using Plans = std::vector<SessionPlan*>;

  RestoreInto(const Settings& settings, const RestoreOptions& options, const archive::Store& store,
              const Root& target, Plans plans)
      : settings_(settings),
        options_(options),
        store_(store),
        target_(target),
        plans_(std::move(plans)),
        policy_(target.source->policy(settings.policy)) {}

  /// Everything that can be known before the first write.
  void judge() {
    open_destination();
    const auto live =
        in_place() ? target_.source->live_sessions(target_.directory) : std::vector<source::LiveSession>();
    for (SessionPlan* plan : plans_) {
      if (root_ && in_place()) follow_live_transcript(*plan, *root_);
      check_items(*plan, {store_, *policy_, target_.directory, destination_});
      if (root_) inspect_items(*plan, *root_, live);
    }
    if (root_) writer_.emplace(*root_, store_);
    if (options_.force) force();
    const bool recorded_times = options_.exact_times || !in_place();
    const std::int64_t now = now_ns();
    const auto oldest_safe =
        recorded_times ? std::nullopt : oldest_safe_time(target_.source->retention(target_.directory), now);
    assign_times(plans_, root_ ? &*root_ : nullptr, oldest_safe, now);
  }

  void write() {
    FolderTimes folders(*root_);
    for (SessionPlan* plan : plans_) {
      folders.remember(*plan);
      writer_->write(plan->items);
      folders.apply(*plan);
    }
    root_->sync_changed();
  }

  [[nodiscard]] const std::string& destination() const noexcept { return destination_; }
  [[nodiscard]] const Plans& plans() const noexcept { return plans_; }

 private:
  [[nodiscard]] bool in_place() const { return options_.to.empty(); }

  /// The root itself may be what was lost: it is made again.
  void open_destination() {
    destination_ = in_place() ? target_.directory : options_.to;
    if (!options_.dry_run) fs::make_directories(destination_);
    if (const std::string real = fs::real_path(destination_); !real.empty()) destination_ = real;
    if (fs::is_directory(destination_)) root_.emplace(destination_);
  }

  void force() {
    for (SessionPlan* plan : plans_) {
      if (root_ && in_place()) {
        allow_replacing(*plan, *root_, *writer_, settings_, *policy_, options_.dry_run);
        continue;
      }
      for (RestoreItem& item : plan->items)
        if (item.may_replace) item.reason += "; what lies outside the archived directories is never replaced";
    }
  }

  const Settings& settings_;
  const RestoreOptions& options_;
  const archive::Store& store_;
  const Root& target_;
  Plans plans_;
  std::unique_ptr<source::PathPolicy> policy_;
  std::string destination_;
  std::optional<RestoreRoot> root_;  ///< nothing when the destination does not exist (dry run)
  std::optional<RestoreWriter> writer_;
};

class Restore {
 public:
  Restore(const Settings& settings, const RestoreOptions& options)
      : settings_(settings), options_(options), store_(open_store(settings)) {}

  RestoreResult run() {
    plan();
    auto parts = share_out();
    for (RestoreInto& part : parts) part.judge();
    if (!options_.dry_run)
      for (RestoreInto& part : parts) part.write();
    for (const SessionPlan& plan : plans_)
      result_.sessions.push_back(report(plan, destination_of(plan, parts)));
    refuse_if_all_failed();
    return std::move(result_);
  }

 private:
  void plan() {
    const auto catalogue = open_catalogue_up_to_date(
        settings_, store_, [this](const std::string& said) { result_.notes.push_back(said); });
    roots_ = roots_of(settings_, &catalogue);
    if (roots_.back().branch != mirror_root(settings_).branch) roots_.push_back(mirror_root(settings_));
    bool anything = false;
    for (catalogue::Session& session : wanted_sessions(settings_, catalogue, options_)) {
      plans_.push_back(plan_restore(catalogue, std::move(session), options_, roots_));
      anything |= !plans_.back().items.empty();
    }
    keep_out_of_mirror();
    if (!anything)
      throw Error(ErrorCode::not_found,
                  fmt::format("nothing of session {} is in the archive", plans_.front().session.id.text()),
                  "it is known to the index only; csb backup archives it");
  }

  /// The mirror says what the service has; and what is put there does not reach the service.
  void keep_out_of_mirror() {
    if (!options_.to.empty() || options_.force) return;
    const auto is_chat = [](const SessionPlan& plan) { return plan.source == &claude_ai::source(); };
    const auto first = std::find_if(plans_.begin(), plans_.end(), is_chat);
    if (first == plans_.end()) return;
    if (!options_.deleted_since_ns || plans_.size() == 1)
      throw Error(ErrorCode::usage,
                  fmt::format("{} is a chat: it cannot be put back on claude.ai", first->session.id.brief()),
                  "--to DIR writes its JSON there; --force puts it into csb's mirror of the chats");
    const auto chats = std::erase_if(plans_, is_chat);
    result_.notes.push_back(
        fmt::format("{} chat{} left out: they cannot be put back on claude.ai; --to DIR "
                    "writes their JSON there",
                    chats, chats == 1 ? "" : "s"));
  }

  /// Sessions of several roots: each goes back into its own.
  std::vector<RestoreInto> share_out() {
    std::vector<RestoreInto> parts;
    for (std::size_t root = 0; root < roots_.size(); ++root) {
      RestoreInto::Plans plans;
      for (SessionPlan& plan : plans_)
        if (plan.root == root) plans.push_back(&plan);
      if (!plans.empty()) parts.emplace_back(settings_, options_, store_, roots_[root], std::move(plans));
    }
    return parts;
  }

  static std::string destination_of(const SessionPlan& plan, const std::vector<RestoreInto>& parts) {
    for (const RestoreInto& part : parts)
      if (std::find(part.plans().begin(), part.plans().end(), &plan) != part.plans().end())
        return part.destination();
    return {};
  }

  void refuse_if_all_failed() const {
    const RestoredFile* first = nullptr;
    for (const RestoredSession& session : result_.sessions) {
      for (const RestoredFile& file : session.files) {
        if (file.outcome != Outcome::failed) return;
        if (first == nullptr) first = &file;
      }
    }
    if (first != nullptr)
      throw Error(ErrorCode::failed, "nothing was restored: " + first->path + ": " + first->reason,
                  "csb verify tells whether the store is sound");
  }

  const Settings& settings_;
  const RestoreOptions& options_;
  archive::Store store_;
  std::vector<Root> roots_;
  RestoreResult result_;
  std::vector<SessionPlan> plans_;
};

}  // namespace

bool RestoreResult::incomplete() const {
  return std::any_of(sessions.begin(), sessions.end(), [](const RestoredSession& session) {
    return std::any_of(session.files.begin(), session.files.end(), [](const RestoredFile& file) {
      return file.outcome != Outcome::restored && file.outcome != Outcome::unchanged;
    });
  });
}

RestoreResult restore(const Settings& settings, const RestoreOptions& options) {
  check_options(options);
  return Restore(settings, options).run();
}

}  // namespace csb::app
