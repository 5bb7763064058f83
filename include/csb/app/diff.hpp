#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "csb/app/settings.hpp"
#include "csb/app/versions.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// One row that two versions of a transcript do not share; of a chat, one message, or what is said of all of
/// it.
struct DiffRow {
  enum class Kind {
    lost,
    gained,
    changed
  };  ///< changed: the same uuid, other content (the new one is given)
  Kind kind = Kind::gained;
  std::uint64_t offset = 0;  ///< of the row, in its version; of a chat's message, how many come before it
  std::uint64_t bytes = 0;   ///< its length without the newline; of a chat's message, of its texts
  std::string type;          ///< "user", "assistant"…; empty for a row that is no JSON object; of chats
                             ///< "human", "assistant", "other", and "chat" for its name, star, project
  std::string uuid;          ///< may be empty
  std::string timestamp;     ///< as written; may be empty
  std::string text;          ///< what it says, in short; raw characters; may be empty
};

struct DiffSummary {
  std::uint64_t common = 0, lost = 0, gained = 0, changed = 0;  ///< rows
  std::uint64_t messages_lost = 0, messages_gained = 0;         ///< of those, conversation rows
};

struct DiffRequest {
  std::string session;             ///< as a person types it
  std::uint64_t from = 0, to = 0;  ///< numbers as `csb log` shows them
};

/// Compares rows, not lines of text: a row is the same when its bytes are. Lost rows come first in the old
/// order, then gained and changed ones in the new order. Memory: some 70 bytes for each row, whatever its
/// size.
/// @throws Error{not_found}, Error{ambiguous}; Error{failed} when a version cannot be read
[[nodiscard]] DiffSummary diff(const Settings& settings, const catalogue::Catalogue& catalogue,
                               const DiffRequest& request, const std::function<void(const DiffRow&)>& visit);

/// Feeds the whole of one version to the sink it is given, in pieces.
using ContentReader = std::function<void(const std::function<void(std::span<const std::byte>)>&)>;

/// The comparison itself. `from` is read once, `to` twice.
[[nodiscard]] DiffSummary diff_rows(const ContentReader& from, const ContentReader& to,
                                    const std::function<void(const DiffRow&)>& visit);
/// The same of two chats, message by message. Memory: besides, one message.
[[nodiscard]] DiffSummary diff_chats(const ContentReader& from, const ContentReader& to,
                                     const std::function<void(const DiffRow&)>& visit);

}  // namespace csb::app
