#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/message.hpp"

/// The one way in which use cases read what was said in a session, whatever its source and wherever the
/// bytes lie.
namespace csb::app {

/// Where a message lies in the bytes of its conversation.
struct MessagePlace {
  std::uint64_t offset = 0;  ///< of its row; a source without rows numbers its messages instead
  std::uint64_t bytes = 0;   ///< of the row, without the newline; 0 where there are no rows
};

/// Called for each message in the order of the file; the message may be moved from. @return false = enough
using MessageVisitor = std::function<bool(Message&, const MessagePlace&)>;
/// Feeds a content, from an offset on, to the sink it is given, in pieces.
using OffsetReader =
    std::function<void(std::uint64_t offset, const std::function<void(std::span<const std::byte>)>& sink)>;

struct ReadSummary {
  std::uint64_t messages = 0;
  std::uint64_t bad_rows = 0;  ///< torn, binary, too long: passed over
  /// Offset behind the last row that has an end: from there a longer version can be read on. 0 where there
  /// are no rows.
  std::uint64_t parsed_to = 0;
};

/// Which conversation of a session, and as of when.
struct ConversationRequest {
  std::string path;  ///< of a subagent's conversation, relative to the root; empty = the session's own
  std::optional<std::uint64_t> version;  ///< of that file, 1 = oldest, as in `csb log` and `csb cat`
  std::optional<std::int64_t> at_ns;     ///< as it was stored at this time, when no version is given
  bool stored_only = false;              ///< never what is on disk
};

/// One conversation file, opened: on disk or in the store. Reading is in bounded memory (a row, 16 MiB).
class Conversation {
 public:
  /// Without a version or a time: what is on disk when that is a conversation, else what restore would take.
  /// @throws Error{not_found} when it has no such version, or nothing is stored of it
  [[nodiscard]] static Conversation open(const Settings& settings, const catalogue::Catalogue& catalogue,
                                         const catalogue::Session& session,
                                         const ConversationRequest& request = {});
  /// One stored version. @param source of its root: "claude-code", "claude.ai"
  [[nodiscard]] static Conversation open_stored(const Settings& settings, std::string_view source,
                                                const catalogue::Version& version);
  /// A file on disk, as it is now. @return nothing when there is no regular file
  [[nodiscard]] static std::optional<Conversation> open_live(std::string_view source,
                                                             const std::string& root_path,
                                                             const std::string& path);

  Conversation(Conversation&&) noexcept;
  Conversation& operator=(Conversation&&) noexcept;
  ~Conversation();

  [[nodiscard]] const std::string& path() const;  ///< relative to the root
  [[nodiscard]] std::uint64_t size() const;       ///< bytes
  /// The stored version that is read; nothing when it is what is on disk.
  [[nodiscard]] const std::optional<catalogue::Version>& version() const;
  [[nodiscard]] std::uint64_t version_number() const;  ///< 1 = oldest; 0 when on disk or not known

  [[nodiscard]] const std::optional<FileStamp>& stamp() const;  ///< of the file on disk, when it was opened
  [[nodiscard]] bool has_rows() const;  ///< its messages are rows of a transcript of the client

  /// Every message, or those from `offset` on (ReadSummary::parsed_to, or the place of one).
  /// @throws Error{failed} when the store is damaged there
  ReadSummary read(const MessageVisitor& visit, std::uint64_t offset = 0) const;
  /// Its bytes from `offset` on, in pieces. @throws as read()
  void read_bytes(std::uint64_t offset, const std::function<void(std::span<const std::byte>)>& sink) const;
  /// The one message whose place has this offset, without reading what lies before it (where the source
  /// has rows). @return false when none does
  [[nodiscard]] bool read_at(std::uint64_t offset, Message& message) const;

 private:
  struct State;
  explicit Conversation(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// One subagent of a session.
struct Subagent {
  std::string path;      ///< of its conversation, relative to the root
  std::string agent_id;  ///< "a723b398f51f49da3"
};
/// The subagents of a session, archived or on disk, by path.
[[nodiscard]] std::vector<Subagent> subagents_of(const catalogue::Catalogue& catalogue,
                                                 const catalogue::Session& session);

/// How the bytes of one source become messages.
struct ConversationFormat {
  std::string_view source;
  bool has_rows = false;  ///< those of the client's transcripts
  /// From `offset` (0, or the place of a message) on, until the visitor has enough.
  ReadSummary (*read)(const OffsetReader& content, std::uint64_t offset, const MessageVisitor& visit);
};
/// The name of a format for files that are plain text: a message is up to 32 KiB of it, in whole lines.
inline constexpr std::string_view kPlainText = "text";
/// That of files with texts that belong to no chat: a project's documents, what is remembered of a person.
inline constexpr std::string_view kDocuments = "claude.ai documents";

/// The format of a source; that of the client's transcripts for a source that is not known.
[[nodiscard]] const ConversationFormat& conversation_format(std::string_view source);

}  // namespace csb::app
