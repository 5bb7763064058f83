#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/source/claude_ai/chat.hpp"
#include "csb/source/claude_ai/key.hpp"
#include "csb/source/claude_ai/mirror.hpp"
#include "csb/source/claude_ai/sync.hpp"

/// claude.ai chats: their mirror in csb's home, which the ordinary backup stores.
namespace csb::app {

/// What became of the mirror's content in the store.
struct StoredMirror {
  bool tried = false;
  bool complete = false;
  std::string why;  ///< when it is not complete
};

struct ChatsSyncOptions {
  claude_ai::SyncOptions sync;  ///< mirror, proxy and base URL are filled in from the settings
  claude_ai::KeySources key;    ///< what the command line says; the rest comes from the settings
  bool enable = false;          ///< turn it on, for now and later
  bool store = true;            ///< back up afterwards
};

struct ChatsSyncResult {
  claude_ai::SyncResult sync;
  StoredMirror stored;
  std::string config_file;  ///< where it was turned on; empty when it was not just now
};

/// Fetches what is new, then stores it.
/// @throws Error{usage} while it is turned off, Error{unauthorized} without a key, Error{busy},
/// Error{refused}
[[nodiscard]] ChatsSyncResult chats_sync(const Settings& settings, ChatsSyncOptions options);

/// A backup of everything, as `csb backup` makes it; what is said is about the mirror only.
[[nodiscard]] StoredMirror store_mirror(const Settings& settings);

struct ChatsQuery {
  std::vector<std::string> words;  ///< each must occur in title, id, project or organization
  std::optional<std::size_t> limit;
  bool deleted_too = false, deleted_only = false;
};

struct ListedChat {
  claude_ai::ChatState state;
  std::string organization;  ///< its name
};

struct ChatsListResult {
  std::vector<ListedChat> chats;  ///< newest first
  std::uint64_t matched = 0, hidden_deleted = 0;
  bool no_mirror = false;
};

[[nodiscard]] ChatsListResult chats_list(const Settings& settings, const ChatsQuery& query);

struct ChatsStatusResult {
  bool enabled = false;
  std::string sync_obstacle, zip_obstacle;  ///< why one or the other is not possible; empty: it is
  std::string mirror;
  bool no_mirror = false;
  claude_ai::LastRun last;
  std::vector<claude_ai::OrganizationState> organizations;
  std::uint64_t stored = 0, gone = 0, bytes = 0, messages = 0;
  std::vector<ListedChat> pending;
};

[[nodiscard]] ChatsStatusResult chats_status(const Settings& settings);

/// One chat. @param id its UUID or the beginning of it
/// @throws Error{not_found}, Error{ambiguous} naming the candidates
struct FoundChat {
  ListedChat chat;
  std::string file;  ///< absolute
};
[[nodiscard]] FoundChat find_chat(const Settings& settings, const std::string& id);

/// Reads its file. @throws Error{failed} when it is not there or no chat
[[nodiscard]] claude_ai::ChatFacts read_found_chat(const FoundChat& chat,
                                                   std::function<void(const Message&)> visit);

}  // namespace csb::app
