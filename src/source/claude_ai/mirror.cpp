#include "csb/source/claude_ai/mirror.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <set>
#include <utility>

#include "body.hpp"
#include "by_name.hpp"
#include "csb/source/claude_ai/mirror_policy.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "csb/util/parallel.hpp"
#include "state_database.hpp"

namespace csb::claude_ai {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kMarker = "/.csb-mirror";
constexpr std::string_view kMarkerText = "csb mirror of claude.ai chats, version 1\n";
constexpr std::size_t kDueFiles = 200;
constexpr std::size_t kFlushers = 8;  ///< 200 files took 38 to 112 ms by four to sixteen, 460 to 660 by one
constexpr std::uint64_t kDueBytes = std::uint64_t{64} << 20;
constexpr auto kDueAfter = std::chrono::seconds(1);
constexpr std::size_t kNoLimit = static_cast<std::size_t>(std::int64_t{1} << 40);

/// A directory is csb's when csb marked it. An empty one may become so.
void check_marker(const std::string& root) {
  const std::string marker = root + std::string(kMarker);
  if (fs::exists(marker)) {
    if (read_file(marker, 4096) == kMarkerText) return;
    throw Error(ErrorCode::refused, "the mirror '" + root + "' was made by another version of csb",
                "use that version");
  }
  if (!fs::list_directory(root).empty())
    throw Error(ErrorCode::refused, "'" + root + "' holds something, and is not csb's mirror of claude.ai",
                "move it away, or set CSB_HOME to another directory");
}

/// Every unfinished file of a run that was killed. The lock is held, so nobody is at work on one.
void remove_unfinished(const std::string& directory, int levels) {
  for (const std::string& name : fs::list_directory(directory)) {
    const std::string path = directory + "/" + name;
    if (name.starts_with(kUnfinished)) {
      fs::remove_file(path);
    } else if (levels > 0 && name != "by-name" && !name.ends_with(".json") && fs::is_directory(path)) {
      remove_unfinished(path, levels - 1);
    }
  }
}

struct StagedFile {
  Body::File file;
  std::string path;  ///< where it goes
};

void set_time(int fd, std::int64_t ns) {
  if (ns <= 0) return;
  const timespec time{static_cast<time_t>(ns / kNsPerSecond), static_cast<long>(ns % kNsPerSecond)};
  const std::array<timespec, 2> times{time, time};
  (void)::futimens(fd, times.data());  // a date is a convenience: without it the file is as good
}

}  // namespace

struct Mirror::State {
  State(std::string where, StateDatabase::Access access)
      : root(std::move(where)), database(root + "/state.db", access) {}

  ~State() {
    for (const StagedFile& staged : files) ::unlink(staged.file.path.c_str());
  }

  void stage(const std::string& path, Body body, std::int64_t mtime_ns) {
    const auto slash = path.rfind('/');
    const std::string directory = root + "/" + path.substr(0, slash);
    if (made.insert(directory).second) fs::make_directories(directory);
    if (files.empty() && !has_anything) oldest = Clock::now();
    bytes += body.size();
    Body::File file = body.take_file();
    set_time(file.fd.get(), mtime_ns);
    fs::start_writeback(file.fd.get(), 0, 0);
    files.push_back({std::move(file), root + "/" + path});
  }

  void note() {
    if (!has_anything && files.empty()) oldest = Clock::now();
    has_anything = true;
  }

  void make_files_durable();
  void write_state();
  void clear();

  std::string root;
  std::optional<FileLock> lock;
  StateDatabase database;
  std::vector<StagedFile> files;
  std::vector<ChatState> chats;
  std::vector<OrganizationState> organizations;
  std::vector<std::pair<std::string, std::uint64_t>> memories;
  std::optional<LastRun> last_run;
  std::set<std::string> made;    ///< directories known to exist
  std::set<std::string> synced;  ///< parents that have been, by child
  std::uint64_t bytes = 0;
  bool has_anything = false;
  Clock::time_point oldest{};
};

Mirror::Mirror(std::unique_ptr<State> state) : state_(std::move(state)) {}
Mirror::~Mirror() = default;
Mirror::Mirror(Mirror&&) noexcept = default;
Mirror& Mirror::operator=(Mirror&&) noexcept = default;

Mirror Mirror::open_for_writing(const std::string& root) {
  fs::make_directories(root);
  check_marker(root);
  const std::string marker = root + std::string(kMarker);
  if (!fs::exists(marker)) fs::write_file_atomically(marker, kMarkerText);
  auto lock = FileLock::acquire(root + "/lock");
  if (!lock) throw Error(ErrorCode::busy, "another csb is at work on the chats", "wait for it to end");
  remove_unfinished(root, 4);
  auto state = std::make_unique<State>(root, StateDatabase::Access::write);
  state->lock = std::move(lock);
  return Mirror(std::move(state));
}

std::optional<Mirror> Mirror::open_for_reading(const std::string& root) {
  if (!fs::is_directory(root)) return std::nullopt;
  check_marker(root);
  if (!fs::exists(root + "/state.db")) return std::nullopt;
  return Mirror(std::make_unique<State>(root, StateDatabase::Access::read));
}

const std::string& Mirror::root() const { return state_->root; }
std::vector<ChatState> Mirror::chats() const { return state_->database.chats("", "", kNoLimit); }
std::vector<OrganizationState> Mirror::organizations() const { return state_->database.organizations(); }
std::uint64_t Mirror::remembered(const std::string& name) const { return state_->database.remembered(name); }
Body Mirror::new_body() const { return Body(state_->root); }

LastRun Mirror::last_run() const {
  LastRun run;
  run.sync_ns = static_cast<std::int64_t>(state_->database.remembered("last sync"));
  run.import_ns = static_cast<std::int64_t>(state_->database.remembered("last import"));
  run.outcome = state_->database.text("last outcome");
  return run;
}

std::optional<ChatState> Mirror::chat(const std::string& uuid) const {
  auto found = state_->database.chats("WHERE uuid = ?1", uuid, 1);
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<ChatState> Mirror::chats_beginning(const std::string& prefix, std::size_t limit) const {
  return state_->database.chats("WHERE substr(uuid, 1, length(?1)) = ?1", prefix, limit);
}

void Mirror::stage_chat(Body body, ChatState chat) {
  chat.size = body.size();
  if (!body.equals_file(state_->root + "/" + chat.path()))
    state_->stage(chat.path(), std::move(body), chat.updated_ns);
  stage_state(std::move(chat));
}

bool Mirror::stage_file(const std::string& path, Body body, const std::string& memory, std::uint64_t hash) {
  const bool is_new = !body.equals_file(state_->root + "/" + path);
  if (is_new) state_->stage(path, std::move(body), 0);
  if (!memory.empty()) stage_memory(memory, hash);
  return is_new;
}

void Mirror::stage_state(ChatState chat) {
  state_->note();
  state_->chats.push_back(std::move(chat));
}

void Mirror::stage_organization(OrganizationState organization) {
  state_->note();
  state_->organizations.push_back(std::move(organization));
}

void Mirror::stage_memory(const std::string& memory, std::uint64_t hash) {
  state_->note();
  state_->memories.emplace_back(memory, hash);
}

void Mirror::stage_last_run(const LastRun& run) {
  state_->note();
  state_->last_run = run;
}

void Mirror::move_chat(const std::string& from, const ChatState& chat) {
  const std::string to = state_->root + "/" + chat.path();
  fs::make_directories(to.substr(0, to.rfind('/')));
  if (fs::exists(state_->root + "/" + from) && !fs::exists(to))
    fs::rename_file(state_->root + "/" + from, to);
  if (const auto old = split_chat_path(from))
    remove_link(state_->root, state_->database, std::string(old->organization), chat.link);
}

void Mirror::State::make_files_durable() {
  std::set<std::string> directories;
  // Side by side: the file system then makes many durable by one write of its journal.
  parallel_for(files.size(), kFlushers,
               [&](std::size_t i) { fs::sync_file(files[i].file.fd.get(), files[i].path); });
  for (StagedFile& staged : files) {
    fs::rename_file(staged.file.path, staged.path);
    directories.insert(staged.path.substr(0, staged.path.rfind('/')));
    staged.file.path.clear();
  }
  for (const std::string& directory : directories) {
    fs::sync_directory(directory);
    for (std::string parent = directory; parent.size() > root.size();) {  // they may be new themselves
      parent.resize(parent.rfind('/'));
      if (synced.insert(parent + ">" + directory).second) fs::sync_directory(parent);
    }
  }
}

void Mirror::State::write_state() {
  if (!has_anything) return;
  database.begin();
  try {
    for (const OrganizationState& organization : organizations) database.put(organization);
    for (const ChatState& chat : chats) database.put(chat);
    for (const auto& [name, hash] : memories) database.remember(name, hash);
    if (last_run) {
      database.remember("last sync", static_cast<std::uint64_t>(last_run->sync_ns));
      database.remember("last import", static_cast<std::uint64_t>(last_run->import_ns));
      database.put_text("last outcome", last_run->outcome);
    }
    database.commit();
  } catch (...) {
    database.roll_back();
    throw;
  }
}

void Mirror::State::clear() {
  for (const StagedFile& staged : files)
    if (!staged.file.path.empty()) ::unlink(staged.file.path.c_str());
  files.clear();
  chats.clear();
  organizations.clear();
  memories.clear();
  last_run.reset();
  bytes = 0;
  has_anything = false;
}

void Mirror::commit() {
  State& state = *state_;
  try {
    state.make_files_durable();
    update_links(state.root, state.database, state.organizations, state.chats);
    state.write_state();
  } catch (...) {
    state.clear();
    throw;
  }
  state.clear();
}

void Mirror::commit_when_due() {
  const State& state = *state_;
  if (state.files.empty() && !state.has_anything) return;
  if (state.files.size() >= kDueFiles || state.chats.size() >= 10 * kDueFiles || state.bytes >= kDueBytes ||
      Clock::now() - state.oldest >= kDueAfter)
    commit();
}

void Mirror::repair_links() {
  State& state = *state_;
  if (fs::is_directory(state.root + "/by-name")) return;
  std::vector<OrganizationState> organizations = state.database.organizations();
  std::vector<ChatState> chats = state.database.chats("", "", kNoLimit);
  update_links(state.root, state.database, organizations, chats);
}

std::optional<ChatFacts> read_chat_file(const std::string& path, std::function<void(const Message&)> visit) {
  const Fd file = open_at(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat st {};
  if (!file || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  ChatReader reader(std::move(visit));
  std::vector<std::byte> buffer(std::size_t{256} << 10);
  for (std::uint64_t at = 0;;) {
    const ssize_t got = pread_full(file.get(), buffer, at);
    if (got < 0) throw errno_error("cannot read '" + path + "'", errno);
    if (got == 0) return reader.finish();
    reader.feed(std::span(buffer).first(static_cast<std::size_t>(got)));
    at += static_cast<std::uint64_t>(got);
  }
}

void describe(ChatState& state, const ChatFacts& facts, std::uint64_t size) {
  state.name = facts.title();
  state.project = facts.project_name;
  state.created_ns = facts.created_ns;
  state.updated_ns = facts.updated_ns != 0 ? facts.updated_ns : facts.last_ns;
  state.messages = facts.messages;
  state.size = size;
  state.is_starred = facts.is_starred;
  state.is_archived = facts.is_archived;
  state.is_from_api = facts.is_from_api;
}

}  // namespace csb::claude_ai
