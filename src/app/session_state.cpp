#include "csb/app/session_state.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <limits>
#include <string>

#include "csb/util/clock.hpp"

namespace csb::app {
namespace {

FileStamp stamp_of(const struct stat& st) {
#ifdef __APPLE__
  const timespec& mtime = st.st_mtimespec;
#else
  const timespec& mtime = st.st_mtim;
#endif
  FileStamp stamp;
  stamp.size = static_cast<std::uint64_t>(st.st_size);
  stamp.mtime_ns = static_cast<std::int64_t>(mtime.tv_sec) * kNsPerSecond + mtime.tv_nsec;
  stamp.inode = static_cast<std::uint64_t>(st.st_ino);
  stamp.mode = static_cast<std::uint32_t>(st.st_mode);
  return stamp;
}

SessionState state_of(const catalogue::Session& session, const FileStamp& now) {
  if (now.size < session.size || (now.size == session.size && session.last_op == ChangeOp::shrink))
    return SessionState::shrunk;
  if (now.size != session.size || now.mtime_ns != session.mtime_ns) return SessionState::changed;
  if (!session.moved_from.empty() && session.last_op == ChangeOp::add) return SessionState::moved;
  return SessionState::live;
}

}  // namespace

std::string_view to_string(SessionState state) {
  switch (state) {
    case SessionState::unknown:
      return "unknown";
    case SessionState::deleted:
      return "deleted";
    case SessionState::shrunk:
      return "shrunk";
    case SessionState::changed:
      return "changed";
    case SessionState::moved:
      return "moved";
    case SessionState::live:
      return "live";
  }
  return "unknown";
}

std::int64_t swept_from(std::int64_t mtime_ns, int days) {
  constexpr std::int64_t kEnd = std::numeric_limits<std::int64_t>::max();
  const std::int64_t period = days > kEnd / kNsPerDay ? kEnd : days * kNsPerDay;
  return mtime_ns > kEnd - period ? kEnd : mtime_ns + period;
}

InspectedSession inspect_session(catalogue::Session session, const source::Retention& retention) {
  InspectedSession inspected(std::move(session));
  const catalogue::Session& s = inspected.session;
  struct stat st {};
  const std::string path = s.root_path + "/" + s.path;
  if (s.root_path.empty()) {
    inspected.state = s.present ? SessionState::unknown : SessionState::deleted;
  } else if (::lstat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode)) {
    inspected.now = stamp_of(st);
    inspected.state = state_of(s, *inspected.now);
    if (retention.days) inspected.swept_ns = swept_from(inspected.now->mtime_ns, *retention.days);
  } else if (!s.present || (errno == ENOENT && ::stat(s.root_path.c_str(), &st) == 0)) {
    // A root that is not there (unmounted, renamed) says nothing about its sessions.
    inspected.state = SessionState::deleted;
  }
  return inspected;
}

std::int64_t days_until(std::int64_t swept_ns, std::int64_t now) {
  const std::int64_t distance = swept_ns - now;
  return distance >= 0 ? distance / kNsPerDay : -((-distance + kNsPerDay - 1) / kNsPerDay);
}

}  // namespace csb::app
