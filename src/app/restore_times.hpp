#pragma once

#include <sys/stat.h>

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "csb/source/source.hpp"
#include "restore_plan.hpp"
#include "restore_root.hpp"

namespace csb::app {

/// Times older than this would be swept by the client again; nothing where recorded times may stay.
[[nodiscard]] std::optional<std::int64_t> oldest_safe_time(const source::Retention& retention,
                                                           std::int64_t now_ns);

/// Sets the modification time of every item: the recorded one; for files the client would sweep again, one
/// inside its retention window that is older than the newest transcript in the session's folder (else
/// `claude --continue` would pick the restored session). Several sessions keep their order, a second apart.
/// @param root nullptr when it does not exist (yet)
/// @param oldest_safe nothing: recorded times only
void assign_times(const std::vector<SessionPlan*>& plans, RestoreRoot* root,
                  std::optional<std::int64_t> oldest_safe, std::int64_t now_ns);

/// For futimens(2) and its like: this modification time, the access time left alone.
[[nodiscard]] std::array<struct timespec, 2> modification_time(std::int64_t ns);

/// The client ages some folders of a footprint (file-history/<id>…) by their own time. Set to the newest time
/// of what was restored beneath them; never back from where it was.
class FolderTimes {
 public:
  explicit FolderTimes(RestoreRoot& root) : root_(root) {}
  /// Before anything is written.
  void remember(const SessionPlan& plan);
  /// After everything was. @throws Error
  void apply(const SessionPlan& plan);

 private:
  RestoreRoot& root_;
  std::map<std::string, std::int64_t> before_;  ///< folder → its time; 0 when it was not there
};

}  // namespace csb::app
