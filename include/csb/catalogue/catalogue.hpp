#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/model/session_details.hpp"
#include "csb/model/session_id.hpp"
#include "csb/model/stored_file.hpp"
#include "csb/util/boxed.hpp"

namespace csb::catalogue {

inline constexpr int kSchemaVersion = 3;  ///< PRAGMA user_version

/// A source's root directory and the branch it is archived on.
struct Root {
  std::int64_t id = 0;
  std::string path;         ///< physical path; empty for a branch of another machine or tool
  std::string source;       ///< "claude-code", "claude.ai"
  std::string branch;       ///< full ref name
  std::optional<Oid> head;  ///< the commit this catalogue reflects
};

/// The stat cache: what a scan compares with. Nothing of it decides what is stored, only what is read.
struct KnownFile {
  std::int64_t id = 0;
  std::string path;
  FileStamp stamp;
  PathClass path_class = PathClass::noise;
  /// The file changed so shortly before it was read that an equal stamp proves nothing.
  bool racy = false;
};

/// What a main transcript says of its session, in the catalogue's own words: what sessions are listed by.
struct SessionFacts {
  std::string title;  ///< by the client's precedence; may be empty
  std::string first_prompt;
  std::string start_cwd, cwd, git_branch, version, model;
  std::string forked_from;                 ///< as the rows say; empty when they do not
  std::string first_uuid;                  ///< of the first message: forks share it
  std::int64_t first_ns = 0, last_ns = 0;  ///< earliest and latest row; 0 when no row has a time
  std::uint64_t messages = 0, prompts = 0, tool_calls = 0, bad_rows = 0, compactions = 0, rewinds = 0;
  std::vector<std::string> plan_slugs;  ///< names of plans/<slug>.md

  friend bool operator==(const SessionFacts&, const SessionFacts&) = default;
};

/// What is remembered of one path, present or gone.
struct FileState {
  std::string path;
  FileStamp stamp;
  PathClass path_class = PathClass::noise;
  bool racy = false;
  bool present = true;  ///< false: in history only
  std::optional<SessionId> session;
  StoredSlices slices;  ///< as last stored; one for a link (its target) and for a small file
  // For conversations:
  std::uint64_t parsed_to = 0;  ///< file offset behind the last whole line parsed
  /// What the parser needs to go on from there (transcript::serialize), opaque here; empty when not a
  /// conversation.
  std::string facts;
  /// Given for the main transcript of `session`, and only there: this is what makes it one.
  Boxed<SessionFacts> session_facts;
  /// For put_file(), of conversations: what the rows parsed just now amount to. Not given when read back;
  /// where it is not given, what is known stays.
  Boxed<SessionDetails> details;
  bool details_go_on = false;  ///< they are of rows behind those known; else they are of the whole file
  /// The path that those known are of, in the same root, when the file has moved; empty for its own.
  std::string details_of;
};

/// One stored version of one path: one line of a commit's changes.
struct Version {
  std::int64_t id = 0;
  std::int64_t root_id = 0;
  std::string branch;  ///< of its root
  std::string path;    ///< relative to the root
  std::optional<SessionId> session;
  Oid commit;
  std::int64_t commit_ns = 0;  ///< when it was stored
  std::uint64_t sequence = 0;  ///< of the commit; rises along the branch, whatever the clocks said
  ChangeOp op = ChangeOp::add;
  std::uint64_t size = 0;
  std::int64_t mtime_ns = 0;
  std::uint32_t mode = 0;
  std::optional<std::uint64_t> messages, compactions;
  std::string tree_path;  ///< path in the commit's tree when it differs (adopted repositories)
};

/// A path of which there are new versions.
struct ChangedPath {
  std::string path;
  std::optional<SessionId> session;
  bool present = true;
  std::uint64_t beginnings = 0;  ///< of those versions, how many are no longer form of the one before
};

/// A session, as listed.
struct Session {
  SessionId id;
  std::int64_t root_id = 0;
  std::string root_path;
  std::string source;   ///< of that root: "claude-code", "claude.ai"
  std::string path;     ///< of its transcript, relative to the root; last known
  bool present = true;  ///< the transcript existed at the last backup
  std::string title;    ///< by the client's precedence; may be empty
  std::string first_prompt;
  std::string start_cwd, cwd, git_branch, version, model;
  /// Id of the session it was forked from, known here or not: as its rows say, else the first archived of
  /// those that begin with the same message; empty when there is none.
  std::string forked_from;
  std::int64_t started_ns = 0;  ///< first row
  std::int64_t active_ns = 0;   ///< last row; the file's mtime when no row has a time
  std::int64_t mtime_ns = 0;    ///< of the transcript at the last backup
  std::int64_t deleted_ns = 0;  ///< when a backup found it gone; 0 while present
  std::uint64_t size = 0;       ///< bytes of the transcript
  std::uint64_t messages = 0, prompts = 0, tool_calls = 0, bad_rows = 0, compactions = 0, rewinds = 0;
  std::uint64_t versions = 0;       ///< stored versions of the transcript
  std::string moved_from;           ///< previous transcript path after the last move; may be empty
  std::optional<ChangeOp> last_op;  ///< of the transcript's newest version
  std::uint64_t footprint_files = 0, footprint_bytes = 0;  ///< present and gone, newest version of each

  explicit Session(SessionId session_id) : id(std::move(session_id)) {}
};

/// Which sessions worked where.
struct FolderFilter {
  enum class How {
    below,           ///< in this folder or one beneath it
    exactly,         ///< in this folder
    started,         ///< started in it
    prefix,          ///< in any folder whose path begins so
    started_prefix,  ///< started in such a folder
  };
  How how = How::below;
  std::string path;  ///< absolute, without a trailing slash
};

enum class SessionSort { active, started, size, messages, expiration, title, oldest };
enum class DeletedFilter { hide, all, only };

struct SessionQuery {
  std::vector<std::string>
      words{};  ///< each must occur in id, title, first prompt, path or a folder it worked in; any case
  DeletedFilter deleted = DeletedFilter::hide;
  SessionSort sort = SessionSort::active;
  std::optional<std::size_t> limit{};
  std::optional<std::int64_t> deleted_since_ns{};  ///< only what was found gone since then; implies `only`
  std::optional<FolderFilter> folder{};
  std::string touched_file{};  ///< sessions with tool calls on this file: an absolute path, or the end of one
  std::string tool{};          ///< sessions that called it
  std::string source{};        ///< of this source only, such as "claude.ai"
  std::optional<std::int64_t> since_ns{}, until_ns{};  ///< active at some time from … to …, both included
};

struct SessionPage {
  std::vector<Session> sessions;
  std::size_t matched = 0;         ///< without the limit
  std::size_t hidden_deleted = 0;  ///< matches left out by DeletedFilter::hide
};

struct FolderRow {
  std::string path;
  FolderUse use;
  bool is_start = false;  ///< where the session started
};
struct ToolRow {
  std::string name;
  std::uint64_t calls = 0;
};
struct TouchedRow {
  std::string path;
  TouchedFile touched;
};
struct SegmentRow {
  SessionId session;
  ActivitySegment segment;
};

/// Tokens of answers that share a day, a model, a project and a session. An answer that several sessions
/// hold (forks copy rows) counts once, for the one it was made in: the one that was not forked from another
/// that holds it; of several such the one that started first. Versions that are gone count too.
struct UsageRow {
  std::string day;  ///< "2026-11-20", in the person's timezone; empty for answers without a time
  std::string model;
  std::string project;  ///< working directory
  std::string session;  ///< id
  std::uint64_t answers = 0;
  Tokens tokens;
};
struct UsageQuery {
  std::optional<std::int64_t> since_ns{}, until_ns{};  ///< both included
  std::optional<SessionId> session{};
};

/// How a run ended, for `status`.
struct RunRecord {
  std::int64_t started_ns = 0, ended_ns = 0;
  std::string command;  ///< "backup"
  int exit_status = 0;
  std::string summary;  ///< one line
};

/// Totals for `status`.
struct Totals {
  std::uint64_t sessions_present = 0, sessions_deleted = 0;
  std::uint64_t files_present = 0, bytes_present = 0;
  std::uint64_t versions = 0;
};

/// The SQLite index. Rebuildable from the store alone; never decides whether a backup happens. For one
/// thread at a time; one Update at a time. SQLite's errors arrive as Error: busy when another process
/// wrote for longer than the timeout, failed otherwise.
class Catalogue {
 public:
  enum class Access {
    /// Created and migrated when needed, emptied when its schema is from before the first release; WAL,
    /// IMMEDIATE transactions, busy timeout 10 s.
    write,
    /// The same for a new file that nobody else sees before it is complete: no log and no fsync. An open
    /// transaction can be rolled back, but a crash leaves rubbish. Update::complete_draft() ends it.
    draft,
    read,  ///< opened read-only; a newer schema is accepted; no file is Error{not_found}
    /// Read-only, and nobody writes meanwhile (the caller holds csb's lock): no locks and no shared memory
    /// are needed. A file that a writer left unfinished is opened as for `read`.
    read_alone,
    memory,  ///< an empty one in memory: for a read-only disk, and for rebuilding
  };
  /// @throws an Error for which is_damage() is true when it is not a usable catalogue (for a reader also when
  ///         its schema is older), Error{not_found} when a reader meets an empty file, Error{refused} when a
  ///         writer meets a newer schema
  [[nodiscard]] static Catalogue open(const std::string& path, Access access);
  /// True when `error` means that the file must be set aside and rebuilt. Every call may find damage.
  [[nodiscard]] static bool is_damage(const std::exception& error);
  /// True when `error`, which is damage to a reader, only means that an older csb made the file: a writer
  /// replaces what is in it, so that nothing need be set aside.
  [[nodiscard]] static bool is_outdated(const std::exception& error);
  /// True when the file is somebody else's for now: another program kept it locked for longer than the
  /// timeout, or a newer csb has changed it. Do without it, and leave it as it is.
  [[nodiscard]] static bool is_in_use(const std::exception& error);
  /// Moves what a writer left in the log of a catalogue into its one file, which then may be replaced.
  /// Readers may go on. @throws as open() for writing, and Error{busy} when a reader is in the way
  static void settle(const std::string& path);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  ~Catalogue();

  // ---- reading
  [[nodiscard]] std::vector<Root> roots() const;
  [[nodiscard]] std::optional<Root> find_root(std::string_view branch) const;
  /// As Update::add_prefixes() was told.
  [[nodiscard]] std::set<std::string> prefixes_of(std::int64_t root_id) const;
  /// Present files of a root, sorted by path in byte order.
  [[nodiscard]] std::vector<KnownFile> known_files(std::int64_t root_id) const;
  [[nodiscard]] std::optional<FileState> file_state(std::int64_t root_id, std::string_view path) const;
  /// Paths of a session's footprint known in this root, present and gone.
  [[nodiscard]] std::vector<FileState> footprint(std::int64_t root_id, const SessionId& session) const;

  [[nodiscard]] SessionPage sessions(const SessionQuery& query) const;
  [[nodiscard]] std::optional<Session> session(const SessionId& id) const;
  /// Resolves what a person typed: full id; unique prefix or suffix of an id (4 or more characters, with or
  /// without dashes); exact title (any case); else a keyword in title, first prompt or folder. All
  /// candidates of the first kind that matches, newest first; deleted sessions included.
  [[nodiscard]] std::vector<Session> resolve(std::string_view text) const;

  /// Every version of every path of the session (its footprint), from all roots; `plans/<slug>.md` named by
  /// its transcripts included. Oldest first: by commit time, but a branch's own order always holds.
  [[nodiscard]] std::vector<Version> versions_of(const SessionId& session) const;
  /// Every version of one path, oldest first.
  [[nodiscard]] std::vector<Version> versions_of_path(std::int64_t root_id, std::string_view path) const;
  /// The paths of a root of which commits behind `after` hold versions (all, when `after` is not known
  /// here), by the time of their newest version.
  [[nodiscard]] std::vector<ChangedPath> paths_changed(std::int64_t root_id,
                                                       const std::optional<Oid>& after) const;
  [[nodiscard]] bool knows_commit(std::int64_t root_id, const Oid& commit) const;

  // Of the session's transcript and the conversations beside it (its subagents'), as they last were. Answers
  // and files_touched_by() also know what only older versions have (those files without any count).
  /// Folders it worked in, most work first.
  [[nodiscard]] std::vector<FolderRow> folders_of(const SessionId& session) const;
  [[nodiscard]] std::vector<ToolRow> tools_of(const SessionId& session) const;  ///< most calls first
  [[nodiscard]] std::vector<TouchedRow> files_touched_by(const SessionId& session) const;  ///< latest first
  [[nodiscard]] std::vector<ActivitySegment> activity_of(const SessionId& session) const;
  /// Sittings of main transcripts that overlap the time from `since_ns` to `until_ns`, in order of their
  /// start.
  [[nodiscard]] std::vector<SegmentRow> activity(std::int64_t since_ns, std::int64_t until_ns) const;
  [[nodiscard]] std::vector<UsageRow> usage(const UsageQuery& query) const;  ///< by day, model, project
  /// The sessions that were forked from it, oldest first.
  [[nodiscard]] std::vector<SessionId> forks_of(const SessionId& session) const;

  /// Sessions of whose footprint something is archived, but never a transcript.
  [[nodiscard]] std::vector<SessionId> without_transcript() const;
  /// Every path that a tool call ever named, in no order.
  [[nodiscard]] std::vector<std::string> touched_paths() const;

  [[nodiscard]] Totals totals() const;
  [[nodiscard]] std::vector<RunRecord> last_runs(std::size_t count) const;
  /// True when all of these paths were reported before (Update::newly_reported).
  [[nodiscard]] bool all_reported(std::int64_t root_id, const std::vector<std::string>& paths) const;
  /// Last value of a small named setting of the catalogue itself ("" when unset).
  [[nodiscard]] std::string note(std::string_view key) const;

  // ---- writing
  /// One IMMEDIATE transaction; rolled back unless commit() was called. Ends before its Catalogue does.
  class Update {
   public:
    Update(Update&&) noexcept;
    ~Update();

    /// The root of this branch, created when missing; its path and source are updated.
    [[nodiscard]] std::int64_t ensure_root(std::string_view branch, std::string_view source,
                                           std::string_view path);
    void set_head(std::int64_t root_id, const Oid& head);
    /// As if no commit of it had been read; what is known of it stays until it is cleared.
    void forget_head(std::int64_t root_id);
    /// Where in the trees of its commits the root was found to lie: "", or a folder with a slash at its end.
    void add_prefixes(std::int64_t root_id, const std::set<std::string>& prefixes);
    /// Inserts or replaces what is remembered of `state.path`.
    void put_file(std::int64_t root_id, const FileState& state);
    /// Takes from an older version of a path (of which a version was added) what outlives its rows: answers
    /// and the names of files touched. For a rebuild, versions in the order of their commits, before the path
    /// is put.
    void keep_history(std::int64_t root_id, std::string_view path, const SessionDetails& details);
    /// Only the stamp of a file whose content proved unchanged.
    void touch_file(std::int64_t file_id, const FileStamp& stamp, bool racy);
    /// The path is gone; its slices and facts are kept (they are in history).
    void remove_file(std::int64_t root_id, std::string_view path);
    /// version.id is ignored. version.sequence is assigned: the commits of a root are numbered in the order
    /// in which they are first seen here, and versions of one commit share its number. A path recorded twice
    /// for one commit counts once. A path that was never put is remembered as gone, as of this version.
    void add_version(const Version& version);
    /// Derives the session's row from its transcripts' FileState::session_facts, the versions recorded and
    /// its footprint. Of several transcripts a present one counts before a gone one, then, within a root,
    /// the one with the most messages, between roots the one with the newest row. Called last, for every
    /// session whose transcript changed, moved or went, or whose footprint changed. Without any transcript
    /// the session has no row.
    void refresh_session(std::int64_t root_id, const SessionId& session);
    /// Remembers that these unknown paths were reported. @return those not reported before.
    [[nodiscard]] std::vector<std::string> newly_reported(std::int64_t root_id,
                                                          const std::vector<std::string>& paths);
    void record_run(const RunRecord& run);
    void set_note(std::string_view key, std::string_view value);
    /// Forgets everything known of a root but its row (its head too): for a rebuild.
    void clear_root(std::int64_t root_id);
    /// Makes the indexes that a draft (Access::draft) does without while it is filled: before it is
    /// published.
    void complete_draft();
    void commit();

   private:
    friend class Catalogue;
    struct State;
    explicit Update(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
  };
  [[nodiscard]] Update begin();

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace csb::catalogue
