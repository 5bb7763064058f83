#include "csb/app/conversation.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "csb/app/cat.hpp"
#include "csb/app/versions.hpp"
#include "csb/archive/store.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/scan/file_reader.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using Sink = std::function<void(std::span<const std::byte>)>;

constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

/// As it was when it was opened: what is appended meanwhile is not read.
void read_file_from(const scan::FileReader& file, std::uint64_t offset, const Sink& sink) {
  std::vector<std::byte> piece(kPieceBytes);
  while (offset < file.stamp().size) {
    const auto wanted = std::min<std::uint64_t>(piece.size(), file.stamp().size - offset);
    const auto got = file.read_at(offset, std::span(piece).first(static_cast<std::size_t>(wanted)));
    if (!got) throw errno_error("cannot read a transcript on disk", errno);
    if (*got == 0) return;  // it became shorter
    sink(std::span(piece).first(*got));
    offset += *got;
  }
}

/// All slices but the last are of one length (docs/format.md); other tools store one blob of any length.
void read_entry_from(const archive::Store& store, const archive::StoredEntry& entry, std::uint64_t offset,
                     const Sink& sink) {
  if (offset == 0) return store.read(entry, sink);
  std::size_t slice = entry.slices.size() > 1 ? static_cast<std::size_t>(offset / archive::kSliceBytes) : 0;
  std::uint64_t skip = offset - std::uint64_t{slice} * archive::kSliceBytes;
  for (; slice < entry.slices.size(); ++slice) {
    const std::vector<std::byte> bytes = store.read_blob(entry.slices[slice]);
    if (skip < bytes.size()) sink(std::span(bytes).subspan(static_cast<std::size_t>(skip)));
    skip -= std::min<std::uint64_t>(skip, bytes.size());
  }
}

std::string source_of(const catalogue::Catalogue& catalogue, const catalogue::Session& session) {
  for (const catalogue::Root& root : catalogue.roots())
    if (root.id == session.root_id) return root.source;
  return {};
}

struct Numbered {
  catalogue::Version version;
  std::uint64_t number = 0;
};

/// The stored contents of the conversation that is asked for, oldest first, as `csb log` and `csb cat` number
/// them.
std::vector<Numbered> stored_versions(const catalogue::Catalogue& catalogue,
                                      const catalogue::Session& session, const std::string& path) {
  std::vector<Numbered> found;
  if (path.empty()) {
    for (TranscriptVersion& version : transcript_versions(catalogue, session.id))
      if (version.number != 0) found.push_back({std::move(version.version), version.number});
    return found;
  }
  // By its name, which no other conversation of the session has: the folder around it may have moved.
  for (catalogue::Version& version : catalogue.versions_of(session.id))
    if (base_name(version.path) == base_name(path) && version.op != ChangeOp::remove)
      found.push_back({std::move(version), found.size() + 1});
  return found;
}

/// What restore would take, of the session's own conversation; the newest content, of another file.
const Numbered* best_of(const std::vector<Numbered>& stored, const catalogue::Catalogue& catalogue,
                        const catalogue::Session& session, const std::string& path) {
  if (stored.empty()) return nullptr;
  if (!path.empty()) return &stored.back();
  const auto versions = transcript_versions(catalogue, session.id);
  const TranscriptVersion* best = best_version(versions);
  for (const Numbered& one : stored)
    if (best != nullptr && one.number == best->number) return &one;
  return nullptr;
}

const Numbered* chosen_of(const std::vector<Numbered>& stored, const catalogue::Catalogue& catalogue,
                          const catalogue::Session& session, const ConversationRequest& request) {
  const Numbered* chosen = nullptr;
  if (!request.version && !request.at_ns) return best_of(stored, catalogue, session, request.path);
  for (const Numbered& one : stored)
    if (request.version ? one.number == *request.version : one.version.commit_ns <= *request.at_ns)
      chosen = &one;
  return chosen;
}

[[noreturn]] void refuse_missing(const catalogue::Session& session, const ConversationRequest& request) {
  const std::string what = request.path.empty() ? fmt::format("session {}", session.id.brief())
                                                : fmt::format("'{}'", printable(base_name(request.path)));
  const std::string hint = fmt::format("'csb log {}' lists what is stored", session.id.brief());
  if (request.version)
    throw Error(ErrorCode::not_found, fmt::format("{} has no version {}", what, *request.version), hint);
  throw Error(
      ErrorCode::not_found,
      fmt::format("no version of {} is stored{}", what, request.at_ns ? " from before that time" : ""), hint);
}

}  // namespace

struct Conversation::State {
  std::string source;
  std::string path;
  std::uint64_t size = 0;
  std::optional<FileStamp> stamp;
  // One of the two:
  std::optional<scan::FileReader> live;
  std::optional<archive::Store> store;
  archive::StoredEntry entry;
  std::optional<catalogue::Version> version;
  std::uint64_t number = 0;

  [[nodiscard]] OffsetReader content() const {
    return [this](std::uint64_t offset, const Sink& sink) {
      if (live) return read_file_from(*live, offset, sink);
      read_entry_from(*store, entry, offset, sink);
    };
  }
};

Conversation::Conversation(std::unique_ptr<State> state) : state_(std::move(state)) {}
Conversation::Conversation(Conversation&&) noexcept = default;
Conversation& Conversation::operator=(Conversation&&) noexcept = default;
Conversation::~Conversation() = default;

std::optional<Conversation> Conversation::open_live(std::string_view source, const std::string& root_path,
                                                    const std::string& path) {
  if (root_path.empty() || !is_safe_relative_path(path)) return std::nullopt;
  const Fd root = open_at(AT_FDCWD, root_path, O_RDONLY | O_DIRECTORY);
  if (!root) return std::nullopt;
  scan::OpenFailure failure = scan::OpenFailure::none;
  int error_number = 0;
  auto file = scan::FileReader::open(root.get(), path, failure, error_number);
  if (!file) return std::nullopt;
  auto state = std::make_unique<State>();
  state->source = source;
  state->path = path;
  state->size = file->stamp().size;
  state->stamp = file->stamp();
  state->live = std::move(file);
  return Conversation(std::move(state));
}

Conversation Conversation::open_stored(const Settings& settings, std::string_view source,
                                       const catalogue::Version& version) {
  auto state = std::make_unique<State>();
  state->source = source;
  state->path = version.path;
  state->size = version.size;
  state->version = version;
  state->store = archive::Store::open(settings.store);
  const std::string& path = version.tree_path.empty() ? version.path : version.tree_path;
  auto entry = state->store->find(version.commit, path);
  if (!entry || entry->kind != archive::StoredEntry::Kind::file)
    throw Error(
        ErrorCode::failed,
        fmt::format("commit {} holds no file '{}'", version.commit.hex().substr(0, 10), printable(path)),
        "the catalogue and the store disagree: run 'csb verify'");
  state->entry = std::move(*entry);
  return Conversation(std::move(state));
}

Conversation Conversation::open(const Settings& settings, const catalogue::Catalogue& catalogue,
                                const catalogue::Session& session, const ConversationRequest& request) {
  const std::string source = source_of(catalogue, session);
  const bool as_it_is = !request.version && !request.at_ns && !request.stored_only;
  std::optional<Conversation> live;
  if (as_it_is)
    live = open_live(source, session.root_path, request.path.empty() ? session.path : request.path);
  if (live) {
    // A transcript that was blanked does not count as the session's content, as long as another does.
    bool is_conversation = false;
    live->read([&](const Message& message, const MessagePlace&) {
      is_conversation = message.role == Message::Role::human || message.role == Message::Role::assistant;
      return !is_conversation;
    });
    if (is_conversation) return std::move(*live);
  }
  const auto stored = stored_versions(catalogue, session, request.path);
  const Numbered* chosen = chosen_of(stored, catalogue, session, request);
  if (chosen == nullptr && live) return std::move(*live);
  if (chosen == nullptr) refuse_missing(session, request);
  Conversation conversation = open_stored(settings, source, chosen->version);
  conversation.state_->number = chosen->number;
  return conversation;
}

const std::string& Conversation::path() const { return state_->path; }
std::uint64_t Conversation::size() const { return state_->size; }
const std::optional<catalogue::Version>& Conversation::version() const { return state_->version; }
std::uint64_t Conversation::version_number() const { return state_->number; }

const std::optional<FileStamp>& Conversation::stamp() const { return state_->stamp; }
bool Conversation::has_rows() const { return conversation_format(state_->source).has_rows; }

ReadSummary Conversation::read(const MessageVisitor& visit, std::uint64_t offset) const {
  return conversation_format(state_->source).read(state_->content(), offset, visit);
}

void Conversation::read_bytes(std::uint64_t offset, const Sink& sink) const {
  state_->content()(offset, sink);
}

bool Conversation::read_at(std::uint64_t offset, Message& message) const {
  bool found = false;
  static_cast<void>(conversation_format(state_->source)
                        .read(state_->content(), offset, [&](Message& each, const MessagePlace& place) {
                          found = place.offset == offset;
                          if (found) message = std::move(each);
                          return place.offset <
                                 offset;  // a row that holds no message is passed over only before it
                        }));
  return found;
}

std::vector<Subagent> subagents_of(const catalogue::Catalogue& catalogue, const catalogue::Session& session) {
  const auto is_subagents = [](std::string_view path) {
    return claude_code::is_conversation(path) && !claude_code::is_transcript(path);
  };
  std::map<std::string, std::string, std::less<>> paths;  // by file name: the folder around it may have moved
  for (const catalogue::Version& version : catalogue.versions_of(session.id))
    if (version.op != ChangeOp::remove && is_subagents(version.path))
      paths[std::string(base_name(version.path))] = version.path;
  if (!session.root_path.empty()) {
    const std::string folder = fmt::format("{}/{}/subagents", parent_path(session.path), session.id.text());
    for (const std::string& name : fs::list_directory(session.root_path + "/" + folder))
      if (is_subagents(folder + "/" + name)) paths[name] = folder + "/" + name;
  }
  std::vector<Subagent> found;
  for (const auto& [name, path] : paths) {
    std::string_view id = name;
    id.remove_suffix(std::min(id.size(), std::string_view(".jsonl").size()));
    if (id.starts_with("agent-")) id.remove_prefix(6);
    found.push_back({path, std::string(id)});
  }
  return found;
}

}  // namespace csb::app
