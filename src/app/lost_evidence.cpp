#include "lost_evidence.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <utility>

#include "csb/app/cat.hpp"
#include "csb/app/roots.hpp"
#include "csb/scan/file_reader.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/parallel.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kHistory = "history.jsonl";

void note_sessions(LostEvidence& evidence, const catalogue::Catalogue* catalogue) {
  if (catalogue == nullptr) return;
  const auto sessions = catalogue->sessions({.deleted = catalogue::DeletedFilter::all}).sessions;
  for (const catalogue::Session& session : sessions) evidence.archived.insert(session.id);
  for (const catalogue::Session& session : sessions)
    if (const auto parent = SessionId::parse(session.forked_from);
        parent && !evidence.archived.contains(*parent))
      evidence.forks[*parent].push_back(session.id);
}

void note_open(LostEvidence& evidence, const std::string& root) {
  for (const source::LiveSession& open : claude_code::live_sessions(root))
    if (const auto id = SessionId::parse(open.session_id)) evidence.open.insert(*id);
}

void note_transcripts(LostEvidence& evidence, const scan::WalkResult& walk) {
  for (const scan::FoundFile& file : walk.files)
    if (claude_code::is_transcript(file.path))
      if (const auto id = claude_code::session_of(file.path); id && !evidence.archived.contains(*id))
        evidence.waiting.insert(*id);
}

void note_files(LostEvidence& evidence, const std::string& root, const scan::WalkResult& walk) {
  for (const scan::FoundFile& file : walk.files) {
    const auto id = claude_code::session_of(file.path);
    if (!id || file.is_symlink() || !evidence.is_lost(*id)) continue;
    LostFile left;
    left.root = root;
    left.path = file.path;
    left.size = file.stamp.size;
    left.mtime_ns = file.stamp.mtime_ns;
    left.on_disk = true;
    evidence.files[*id].push_back(std::move(left));
  }
}

void note_archived_files(LostEvidence& evidence, const catalogue::Catalogue& catalogue) {
  std::map<std::int64_t, std::string> roots;
  for (const catalogue::Root& root : catalogue.roots()) roots[root.id] = root.path;
  for (const SessionId& id : catalogue.without_transcript()) {
    if (!evidence.is_lost(id)) continue;
    std::vector<LostFile>& files = evidence.files[id];
    for (catalogue::Version& version : catalogue.versions_of(id)) {
      if (version.op == ChangeOp::remove || version.session != id) continue;
      auto at = std::find_if(files.begin(), files.end(), [&](const LostFile& file) {
        return file.path == version.path && file.root == roots[version.root_id];
      });
      if (at == files.end()) {
        at = files.emplace(files.end());
        at->root = roots[version.root_id];
        at->path = version.path;
      }
      if (!at->on_disk) at->size = version.size, at->mtime_ns = version.mtime_ns;
      at->stored = std::move(version);
    }
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  }
}

/// A file beneath a root, in pieces; false when it is not there (any more).
bool read_from_disk(const std::string& directory, const std::string& path,
                    const std::function<void(std::string_view)>& sink) {
  if (directory.empty()) return false;
  const Fd root = open_at(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY);
  if (!root) return false;
  int error = 0;
  scan::OpenFailure failure{};
  const auto file = scan::FileReader::open(root.get(), path, failure, error);
  if (!file) return false;
  std::vector<std::byte> buffer(std::size_t{256} << 10);
  for (std::uint64_t offset = 0;;) {
    const auto n = file->read_at(offset, buffer);
    if (!n) throw errno_error("cannot read '" + path + "'", errno);
    if (*n == 0) return true;
    sink(as_text(std::span(buffer).first(*n)));
    offset += *n;
  }
}

/// The Claude directories of these settings.
std::vector<Root> claude_roots(const Settings& settings, const catalogue::Catalogue* catalogue) {
  std::vector<Root> roots = roots_of(settings, catalogue);
  std::erase_if(roots, [](const Root& root) { return root.source != &claude_code::source(); });
  return roots;
}

/// @return lines that are no entries
std::uint64_t read_history_of(const Settings& settings, const Root& root,
                              const catalogue::Catalogue* catalogue,
                              const claude_code::HistoryReader::Sink& sink) {
  std::uint64_t bytes = 0;
  claude_code::HistoryReader live(sink);
  read_from_disk(root.directory, std::string(kHistory), [&](std::string_view piece) {
    bytes += piece.size();
    live.feed(piece);
  });
  live.finish();
  const auto stored = newest_version(catalogue, root.branch, std::string(kHistory));
  if (!stored || stored->size <= bytes) return live.bad_lines();
  claude_code::HistoryReader archived(sink);
  read_version(settings, *stored, [&](std::span<const std::byte> piece) { archived.feed(as_text(piece)); });
  archived.finish();
  return live.bad_lines() + archived.bad_lines();
}

}  // namespace

LostEvidence gather_evidence(const Settings& settings, const catalogue::Catalogue* catalogue) {
  LostEvidence evidence;
  note_sessions(evidence, catalogue);
  const std::vector<Root> roots = claude_roots(settings, catalogue);
  std::vector<scan::WalkResult> walks;
  for (const Root& root : roots) {
    note_open(evidence, root.directory);
    const Fd directory = open_at(AT_FDCWD, root.directory, O_RDONLY | O_DIRECTORY);
    walks.emplace_back();
    if (!directory) continue;
    walks.back() =
        scan::walk(directory.get(), root.source->policy(settings.policy)->walk_policy(), worker_count());
    note_transcripts(evidence, walks.back());
  }
  for (std::size_t i = 0; i < roots.size(); ++i) note_files(evidence, roots[i].directory, walks[i]);
  if (catalogue != nullptr) note_archived_files(evidence, *catalogue);
  for (const Root& root : roots)
    for (const claude_code::RegisteredSession& left : claude_code::registered_sessions(root.directory))
      if (const auto id = SessionId::parse(left.session_id); id && !left.alive && evidence.is_lost(*id))
        evidence.registered[*id] = left.cwd;
  std::erase_if(evidence.forks, [&](const auto& each) { return !evidence.is_lost(each.first); });
  return evidence;
}

std::optional<catalogue::Version> newest_version(const catalogue::Catalogue* catalogue,
                                                 const std::string& branch, const std::string& path) {
  std::optional<catalogue::Version> newest;
  const auto root = catalogue != nullptr ? catalogue->find_root(branch) : std::nullopt;
  if (root)
    for (catalogue::Version& version : catalogue->versions_of_path(root->id, path))
      if (version.op != ChangeOp::remove) newest = std::move(version);
  return newest;
}

std::uint64_t read_history(const Settings& settings, const catalogue::Catalogue* catalogue,
                           const claude_code::HistoryReader::Sink& sink) {
  std::uint64_t bad = 0;
  for (const Root& root : claude_roots(settings, catalogue))
    bad += read_history_of(settings, root, catalogue, sink);
  return bad;
}

std::string read_paste(const Settings& settings, const catalogue::Catalogue* catalogue,
                       const std::string& hash) {
  constexpr std::size_t kMost = std::size_t{16} << 20;
  std::string text;
  for (const Root& root : claude_roots(settings, catalogue)) {
    LostFile file;
    file.root = root.directory;
    file.path = "paste-cache/" + hash + ".txt";
    file.stored = newest_version(catalogue, root.branch, file.path);
    try {
      read_left_file(settings, file, [&](std::string_view piece) {
        if (text.size() + piece.size() <= kMost) text += piece;
      });
      return text;
    } catch (const Error&) {
      text.clear();  // gone here; the prompt still says that there was a paste
    }
  }
  return text;
}

void read_left_file(const Settings& settings, const LostFile& file,
                    const std::function<void(std::string_view)>& sink) {
  if (read_from_disk(file.root, file.path, sink)) return;
  if (!file.stored)
    throw Error(ErrorCode::failed, "'" + file.path + "' is gone from disk and was never archived");
  read_version(settings, *file.stored, [&](std::span<const std::byte> piece) { sink(as_text(piece)); });
}

}  // namespace csb::app
