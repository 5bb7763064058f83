#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/source/source.hpp"

namespace csb::app {

/// How a session's transcript on disk compares with the catalogue. The first that applies.
enum class SessionState {
  unknown,  ///< its root is on another machine, or cannot be looked at
  deleted,  ///< not there any more
  shrunk,   ///< smaller than what is stored, or its newest version is smaller than the one before
  changed,  ///< not as stored: the next backup takes it
  moved,    ///< as stored; its newest version is a move from another project folder
  live,     ///< as stored
};

[[nodiscard]] std::string_view to_string(SessionState state);

/// A session and what one stat of its transcript says.
struct InspectedSession {
  catalogue::Session session;
  SessionState state = SessionState::unknown;
  std::optional<FileStamp> now;          ///< of the transcript on disk; nothing when it is not there
  std::optional<std::int64_t> swept_ns;  ///< from when on the client deletes it; nothing when it never will

  explicit InspectedSession(catalogue::Session from) : session(std::move(from)) {}
};

/// Stats the transcript, and nothing else.
[[nodiscard]] InspectedSession inspect_session(catalogue::Session session,
                                               const source::Retention& retention);

/// From when on the client deletes what was last changed at `mtime_ns`. People keep everything with periods
/// of 99,999 days and more: the end of the numbers stands for "never in our time".
[[nodiscard]] std::int64_t swept_from(std::int64_t mtime_ns, int days);

/// Whole days from `now` to `swept_ns`, rounded down; negative when overdue.
[[nodiscard]] std::int64_t days_until(std::int64_t swept_ns, std::int64_t now);

}  // namespace csb::app
