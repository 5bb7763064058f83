#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/conversation.hpp"
#include "csb/app/redact.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

/// A session put in order for a person to read: what was said, and each tool call with what it gave. What
/// writes it down (Markdown, a page, JSON) is an EntryWriter.
namespace csb::app {

/// One thing to read. All texts are as they were written: whoever shows them makes them safe.
struct Entry {
  enum class Kind {
    prompt,      ///< typed by a person; in a subagent's conversation: its orders
    answer,      ///< said by a model
    thinking,    ///< thought by a model
    tool,        ///< a call, and what it gave
    command,     ///< a command of the client: "/compact focus on tests", "! ls"
    client,      ///< what the client put in: output of a command, an attached file; `tool` says what
    notice,      ///< the client's own words: errors, warnings
    compaction,  ///< here the client forgot what lies above
    summary,     ///< what it remembered of it
    rewind,      ///< here a person took the conversation back: what stands above from `offset` on was left;
                 ///< `text` is the prompt that stands there
    media,       ///< an image or so: `text` says of what type
  };
  Kind kind = Kind::notice;
  std::int64_t time_ns = 0;           ///< its own, else that of the message before; 0 when none had one
  std::uint64_t offset = 0;           ///< of its row in the conversation
  std::string uuid, model;            ///< may be empty
  std::string text;                   ///< of a tool: its telling part, in short
  std::string tool, tool_id;          ///< its name; empty when only the output is left
  std::string input;                  ///< of a tool: raw JSON
  std::optional<std::string> output;  ///< of a tool: nothing when it never ended
  bool is_error = false;              ///< of a tool
  std::uint64_t media = 0;            ///< images that the output also had
};

struct ReadingOptions {
  ConversationRequest which;
  bool conversation = true;  ///< prompts, answers, commands, notices
  bool tools = true;         ///< tool calls, and what the client put in
  bool thinking = true;
  bool subagents = true;
  std::optional<std::int64_t> since_ns, until_ns;
  std::optional<std::uint64_t> last;  ///< so many of the last prompts, and what follows them
  bool redact = false;                ///< secrets
  bool redact_paths = false;          ///< the home directory
};

/// What is read, and from where.
struct ReadingHead {
  catalogue::Session session;
  bool is_live = false;        ///< what is on disk; else a stored version:
  std::uint64_t version = 0;   ///< its number, 1 = oldest
  std::int64_t stored_ns = 0;  ///< when it was stored
  std::string path;            ///< of the conversation, relative to the root
  bool is_redacted = false;

  explicit ReadingHead(catalogue::Session of) : session(std::move(of)) {}
};

struct ReadingSummary {
  std::uint64_t entries = 0, prompts = 0;                      ///< handed over
  std::uint64_t bad_rows = 0;                                  ///< that could not be read
  std::uint64_t subagents = 0;                                 ///< whose conversation was read
  std::map<std::string, std::uint64_t, std::less<>> redacted;  ///< by kind
  std::vector<std::string> unreadable;  ///< subagents' conversations that are not stored in this version
};

/// Takes a session as it is read.
class EntryWriter {
 public:
  virtual ~EntryWriter() = default;
  virtual void begin(const ReadingHead& head) = 0;
  /// @param agent nullptr: the session's own conversation, the first one
  virtual void begin_conversation(const Subagent* agent) = 0;
  virtual void entry(const Entry& entry) = 0;
  virtual void end_conversation() = 0;
  virtual void end(const ReadingSummary& summary) = 0;
};

/// Reads a session to `writer`, in bounded memory. Nothing is written when it cannot be opened.
/// @throws Error{not_found} as Conversation::open
ReadingSummary read_session(const Settings& settings, const catalogue::Catalogue& catalogue,
                            const catalogue::Session& session, const ReadingOptions& options,
                            EntryWriter& writer);

}  // namespace csb::app
