#include "restore_times.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <memory>
#include <string_view>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

std::int64_t mtime_of(const struct stat& st) {
#ifdef __APPLE__
  return st.st_mtimespec.tv_sec * kNsPerSecond + st.st_mtimespec.tv_nsec;
#else
  return st.st_mtim.tv_sec * kNsPerSecond + st.st_mtim.tv_nsec;
#endif
}

/// The newest time of a transcript in the folder; of all but one session's. @return nothing without any
std::optional<std::int64_t> newest_transcript(RestoreRoot& root, const std::string& slug,
                                              const SessionId& but) {
  const std::string folder = "projects/" + slug;
  const auto directory = root.find(folder);
  if (!directory) return std::nullopt;
  // A descriptor of its own: readdir moves the position, closedir closes.
  const int fd = ::openat(directory->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw errno_error("cannot read '" + folder + "'", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), &::closedir);
  std::optional<std::int64_t> newest;
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    const std::string name = entry->d_name;
    if (!claude_code::is_transcript(folder + '/' + name) || name == but.text() + ".jsonl") continue;
    struct stat st {};
    if (::fstatat(directory->get(), name.c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(st.st_mode))
      continue;
    newest = std::max(newest.value_or(0), mtime_of(st));
  }
  return newest;
}

std::int64_t last_active(const SessionPlan& plan) {
  return plan.transcript ? plan.transcript->version.mtime_ns : plan.session.mtime_ns;
}

/// The folders whose own time the client looks at.
std::vector<std::string> aged_folders(const SessionPlan& plan) {
  const std::string& id = plan.session.id.text();
  return {"file-history/" + id, "tasks/" + id, "session-env/" + id, "image-cache/" + id};
}

/// @param place 0 for the most recent of the sessions that go to this folder
std::int64_t safe_time(std::optional<std::int64_t> newest, std::int64_t oldest_safe, std::int64_t now_ns,
                       std::size_t place, std::size_t of) {
  // Without a transcript to stay behind: a minute ago, so that whatever begins now is newer.
  const std::int64_t ceiling = newest ? std::min(*newest, now_ns) : now_ns - 60 * kNsPerSecond;
  const std::int64_t time = ceiling - static_cast<std::int64_t>(place + 1) * kNsPerSecond;
  // Not being swept again comes first: a folder whose newest transcript is about to be swept itself.
  const std::int64_t floor = oldest_safe + static_cast<std::int64_t>(of - place) * kNsPerSecond;
  return std::max(time, floor);
}

}  // namespace

std::optional<std::int64_t> oldest_safe_time(const source::Retention& retention, std::int64_t now_ns) {
  const auto days = retention.days;
  if (!days) return std::nullopt;
  const std::int64_t window = std::max(*days, 1) * kNsPerDay;
  return now_ns - window + std::min(kNsPerDay, window / 2);  // a day to resume it before the sweep comes
}

std::array<struct timespec, 2> modification_time(std::int64_t ns) {
  std::int64_t seconds = ns / kNsPerSecond;
  std::int64_t rest = ns % kNsPerSecond;
  if (rest < 0) {  // before 1970
    --seconds;
    rest += kNsPerSecond;
  }
  std::array<struct timespec, 2> times{};
  times[0].tv_nsec = UTIME_OMIT;
  times[1].tv_sec = seconds;
  times[1].tv_nsec = rest;
  return times;
}

void assign_times(const std::vector<SessionPlan*>& plans, RestoreRoot* root,
                  std::optional<std::int64_t> oldest_safe, std::int64_t now_ns) {
  std::map<std::string, std::vector<SessionPlan*>> by_folder;
  for (SessionPlan* plan : plans) {
    for (RestoreItem& item : plan->items) item.mtime_ns = item.version.mtime_ns;
    by_folder[plan->slug].push_back(plan);
  }
  if (!oldest_safe) return;
  for (auto& [slug, sessions] : by_folder) {
    std::stable_sort(sessions.begin(), sessions.end(), [](const SessionPlan* a, const SessionPlan* b) {
      return last_active(*a) > last_active(*b);
    });
    for (std::size_t place = 0; place < sessions.size(); ++place) {
      SessionPlan& plan = *sessions[place];
      std::optional<std::int64_t> time;  // looked up when the first item needs it
      for (RestoreItem& item : plan.items) {
        if (item.outcome != Outcome::restored || item.mtime_ns >= *oldest_safe) continue;
        if (!time) {
          const auto newest = root == nullptr || slug.empty()
                                  ? std::nullopt
                                  : newest_transcript(*root, slug, plan.session.id);
          time = safe_time(newest, *oldest_safe, now_ns, place, sessions.size());
        }
        item.mtime_ns = *time;
        item.time_moved = true;
      }
    }
  }
}

void FolderTimes::remember(const SessionPlan& plan) {
  for (const std::string& folder : aged_folders(plan)) {
    before_[folder] = 0;
    try {
      if (const auto st = root_.look(folder)) before_[folder] = mtime_of(*st);
    } catch (const Error&) {  // what lies beneath it was settled for the same reason
    }
  }
}

void FolderTimes::apply(const SessionPlan& plan) {
  for (const std::string& folder : aged_folders(plan)) {
    std::int64_t newest = before_[folder];
    bool written = false;
    for (const RestoreItem& item : plan.items) {
      if (item.outcome != Outcome::restored || !is_beneath(item.path, folder)) continue;
      newest = std::max(newest, item.mtime_ns);
      written = true;
    }
    const auto directory = written ? root_.find(folder) : nullptr;
    if (directory && ::futimens(directory->get(), modification_time(newest).data()) != 0)
      throw errno_error("cannot set the time of '" + folder + "'", errno);
  }
}

}  // namespace csb::app
