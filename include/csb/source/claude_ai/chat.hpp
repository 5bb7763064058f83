#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/message.hpp"
#include "csb/model/session_details.hpp"

namespace csb::claude_ai {

/// A file that a message refers to; its bytes are elsewhere.
struct ChatFile {
  std::string uuid, name, kind;  ///< kind: "image", "document", "blob"
};

/// What one chat's JSON says of the chat. All text is valid UTF-8 and bounded, whatever the bytes are.
struct ChatFacts {
  std::string uuid, name, summary, model;
  std::string account_uuid;  ///< exports have it
  std::string project_uuid, project_name;
  std::string leaf_uuid;     ///< last message of the branch shown last
  std::string first_prompt;  ///< of a person, at most 200 characters
  std::int64_t created_ns = 0, updated_ns = 0;
  std::int64_t first_ns = 0, last_ns = 0;  ///< earliest and latest message; 0 when none has a time
  std::uint64_t messages = 0;              ///< of all branches
  std::uint64_t prompts = 0;               ///< of those, a person's
  std::uint64_t tool_calls = 0;
  std::uint64_t branches = 0;  ///< messages that nothing follows
  bool is_starred = false, is_archived = false;
  bool is_from_api = false;                ///< has what only the service's API gives, and no export
  bool has_messages = false;               ///< there is a list of messages, maybe empty
  std::uint64_t duplicate_messages = 0;    ///< messages whose UUID another one has
  std::uint64_t missing_parents = 0;       ///< messages that follow one which is not there
  std::vector<std::uint64_t> message_ids;  ///< hashes of the messages' UUIDs, sorted, each once
  std::vector<ChatFile> files;
  SessionDetails details;    ///< tools, activity, answers without tokens; chats have no folders
  bool is_complete = false;  ///< the bytes are one whole JSON object
  std::string error;         ///< why not, with the offset

  /// The name, else what the first prompt says.
  [[nodiscard]] const std::string& title() const noexcept { return name.empty() ? first_prompt : name; }
  /// Every message of `other` is in this one.
  [[nodiscard]] bool has_all_messages_of(const ChatFacts& other) const;
};

/// Reads a chat (as the API serves it, or one element of an export's conversations.json) in pieces of any
/// size. Never throws for content: where it stops being JSON, reading ends, and facts().error says so.
/// Memory: one message at a time, texts cut at 16 MiB and messages at 32 MiB, and eight bytes for each
/// message.
class ChatReader {
 public:
  /// @param visit each message of every branch, in the order of the file; empty: facts only, which costs
  /// less.
  ///        `parent_uuid` is empty for a first message; `message_id` is the UUID; an attachment's text is a
  ///        text block that begins "[attachment NAME]".
  explicit ChatReader(std::function<void(const Message&)> visit = {});
  ~ChatReader();
  ChatReader(ChatReader&&) noexcept;
  ChatReader& operator=(ChatReader&&) noexcept;

  void feed(std::span<const std::byte> bytes);
  /// Call it once, at the end. @return the facts, also those of a broken file
  [[nodiscard]] ChatFacts finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The same for bytes that are all there.
[[nodiscard]] ChatFacts read_chat(std::string_view bytes, std::function<void(const Message&)> visit = {});

}  // namespace csb::claude_ai
