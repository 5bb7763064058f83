#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/app/conversation.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/catalogue/text_index.hpp"
#include "csb/model/message.hpp"

namespace csb::app {

/// Whether texts of a file of this source are searched, and how it is read.
/// @return the name of its conversation_format(); empty when it is not searched
[[nodiscard]] std::string_view text_format(std::string_view source, std::string_view path);

/// Versions of a file of which each is a prefix of the next, see catalogue::TextFile.
struct Generation {
  std::uint64_t number = 0;
  catalogue::Version last;
};
/// @param versions of one path, oldest first
[[nodiscard]] std::vector<Generation> generations_of(const std::vector<catalogue::Version>& versions);

/// One text of a message that is searched.
struct MessageText {
  std::uint64_t block = 0;  ///< of the message
  catalogue::TextKind kind = catalogue::TextKind::prompt;
  std::string tool;
  std::string text;
  std::uint64_t key = 0;  ///< see catalogue::NewText
};

/// Which tool the results of a conversation come from: remembers the latest calls.
class ToolCalls {
 public:
  void note(const Block& call);
  [[nodiscard]] std::string tool_of(const Block& result) const;

 private:
  static constexpr std::size_t kRemembered = 64;
  std::deque<std::pair<std::string, std::string>> calls_;  ///< id and tool
};

/// @param message gives its texts away
/// @param owner tells apart messages without an id of their own: the session, or the file
/// @param calls of the messages before it, or nullptr: then results have no tool
[[nodiscard]] std::vector<MessageText> texts_of(Message& message, std::string_view owner, ToolCalls* calls);

/// What texts_of() is told of a file.
[[nodiscard]] std::string owner_of(const std::optional<SessionId>& session, std::string_view path,
                                   std::string_view format);

/// The file on disk, when the catalogue says that it is what is stored. @param known of the path
[[nodiscard]] std::optional<Conversation> open_as_stored(const catalogue::Root& root, std::string_view format,
                                                         const std::string& path,
                                                         const std::optional<catalogue::FileState>& known);

}  // namespace csb::app
