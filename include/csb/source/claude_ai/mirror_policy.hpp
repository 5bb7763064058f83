#pragma once

#include <optional>
#include <string_view>

#include "csb/model/file.hpp"
#include "csb/model/session_id.hpp"
#include "csb/scan/walk.hpp"

/// Paths in the mirror of claude.ai, relative to its root:
///
///     <account>/account.json
///     <account>/<organization>/organization.json, memory.json
///     <account>/<organization>/<chat>.json              the chat
///     <account>/<organization>/suspect/<chat>.json      an answer that does not fit together
///     <account>/<organization>/exported/<chat>.json     an export's copy beside a fuller one
///     <account>/<organization>/projects/<project>.json, <project>.docs.json, …
///     <account>/<organization>/files/<chat>/…           files of a chat
///     by-name/…, state.db, lock, .csb-mirror            csb's own: not stored
///
/// Accounts, organizations, chats and projects are UUIDs in lower case. An organization that is not known
/// (an export need not name it) is called "export".
namespace csb::claude_ai {

/// What becomes of a file of the mirror.
[[nodiscard]] PathClass classify(std::string_view path);
/// The same for a directory: noise = the walk looks inside.
[[nodiscard]] PathClass classify_directory(std::string_view path);

/// For scan::walk.
[[nodiscard]] scan::Policy walk_policy();

/// The chat whose own file this is: `<account>/<organization>/<chat>.json`.
[[nodiscard]] std::optional<SessionId> chat_of(std::string_view path);
[[nodiscard]] inline bool is_chat(std::string_view path) { return chat_of(path).has_value(); }

/// The chat a path belongs to: its own file, its other copies, its files.
[[nodiscard]] std::optional<SessionId> footprint_of(std::string_view path);

/// The parts of a chat's path. Views into `path`.
struct ChatPath {
  std::string_view account, organization, chat;
};
[[nodiscard]] std::optional<ChatPath> split_chat_path(std::string_view path);

}  // namespace csb::claude_ai
