#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/source/claude_ai/chat.hpp"

namespace csb::claude_ai {

class Body;

/// What csb knows of one chat. Kept beside the mirror, written after the chat's bytes are durable; lost, it
/// is found out again from the files.
struct ChatState {
  enum class Status : std::uint8_t {
    pending,  ///< the service lists it, but its newest content is not here yet
    stored,   ///< as the service last showed it
    gone,     ///< deleted at the service; what is here stays
  };
  std::string uuid, account, organization;
  std::string name;  ///< the chat's title; its first prompt when it has none
  std::string project;
  std::int64_t created_ns = 0, updated_ns = 0;
  std::uint64_t messages = 0, size = 0;  ///< of the stored file; size 0: there is none
  bool is_starred = false, is_archived = false;
  bool is_from_api = false;  ///< the stored file is
  Status status = Status::pending;
  std::uint64_t row = 0;   ///< hash of the list's row that the stored file answers; 0: of none
  bool has_files = false;  ///< uploaded and produced files were fetched for that row
  std::string error;       ///< why it is pending; empty when not tried
  std::string link;        ///< name in by-name/<organization>/

  /// Relative to the mirror.
  [[nodiscard]] std::string path() const { return account + "/" + organization + "/" + uuid + ".json"; }
};

/// What csb knows of one organization.
struct OrganizationState {
  std::string uuid, account, name;
  std::string link;                  ///< its name in by-name/
  std::int64_t full_listing_ns = 0;  ///< last complete listing
  bool is_present = true;            ///< the account still belongs to it
};

/// What the last run left behind.
struct LastRun {
  std::int64_t sync_ns = 0, import_ns = 0;  ///< 0: never
  std::string outcome;                      ///< of the last sync, in words
};

/// The mirror directory. Writing: one process at a time, in batches that become durable together.
class Mirror {
 public:
  /// For sync and import: makes the directory where there is none, takes the lock, removes what a killed run
  /// left unfinished.
  /// @throws Error{refused} for a directory that holds something and is not csb's; Error{busy}
  [[nodiscard]] static Mirror open_for_writing(const std::string& root);
  /// @return nothing when there is no mirror. @throws Error{refused} as above
  [[nodiscard]] static std::optional<Mirror> open_for_reading(const std::string& root);
  ~Mirror();
  Mirror(Mirror&&) noexcept;
  Mirror& operator=(Mirror&&) noexcept;

  [[nodiscard]] const std::string& root() const;

  [[nodiscard]] std::vector<ChatState> chats() const;
  [[nodiscard]] std::vector<OrganizationState> organizations() const;
  [[nodiscard]] LastRun last_run() const;
  [[nodiscard]] std::optional<ChatState> chat(const std::string& uuid) const;
  /// Chats whose UUID begins with `prefix` (of hexadecimal digits), at most `limit`.
  [[nodiscard]] std::vector<ChatState> chats_beginning(const std::string& prefix, std::size_t limit) const;
  /// Hash of what the service said of something when it was last fetched, kept under a name; 0 when nothing
  /// is.
  [[nodiscard]] std::uint64_t remembered(const std::string& name) const;

  /// An empty body whose bytes may end in this mirror.
  [[nodiscard]] Body new_body() const;
  /// A chat's new content. Takes effect at the next commit(), which comes by itself when much is staged.
  /// The same bytes as before: only the state is renewed. @param state its path says where
  void stage_chat(Body body, ChatState state);
  /// Any other file of the mirror. @param memory remembered() as `hash` once the file is durable; may be
  /// empty
  /// @return false when the file has these bytes already
  bool stage_file(const std::string& path, Body body, const std::string& memory = {}, std::uint64_t hash = 0);
  /// State alone.
  void stage_state(ChatState state);
  void stage_organization(OrganizationState state);
  void stage_memory(const std::string& memory, std::uint64_t hash);
  void stage_last_run(const LastRun& run);
  /// A chat's file goes where `state` says, if it lay elsewhere (an export did not say which organization).
  void move_chat(const std::string& from, const ChatState& state);
  /// Makes everything staged durable: bytes first, then names, then state; then by-name/.
  /// @throws Error{failed}; what could not be made durable is as before
  void commit();
  /// Commits when that is due: by number, bytes or time.
  void commit_when_due();
  /// The state is given up: by-name/ is made again from it where it is missing.
  void repair_links();

 private:
  struct State;
  explicit Mirror(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The facts of a chat's file. @return nothing when it is not there or no regular file
[[nodiscard]] std::optional<ChatFacts> read_chat_file(const std::string& path,
                                                      std::function<void(const Message&)> visit = {});

/// What the state keeps of a file with these facts.
void describe(ChatState& state, const ChatFacts& facts, std::uint64_t size);

}  // namespace csb::claude_ai
