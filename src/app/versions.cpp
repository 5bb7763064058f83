#include "csb/app/versions.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <map>
#include <set>
#include <string>
#include <utility>

#include "csb/app/roots.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kMostCandidates = 12;  ///< more would scroll the question out of sight

using What = TranscriptVersion::What;

What what_of(const catalogue::Version& version, const catalogue::Version* before) {
  if (before != nullptr && version.compactions.value_or(0) > before->compactions.value_or(0) &&
      version.compactions && before->compactions)
    return What::compaction;
  switch (version.op) {
    case ChangeOp::add:
      return What::add;
    case ChangeOp::grow:
      return What::grow;
    case ChangeOp::rewrite:
      return What::rewrite;
    case ChangeOp::shrink:
      return What::shrink;
    case ChangeOp::remove:
      return What::remove;
  }
  return What::add;
}

/// A link is not a conversation, and neither is a version in which no message is left. A count that
/// nobody made says nothing against it.
bool looks_like_conversation(const catalogue::Version& version) {
  if (version.op == ChangeOp::remove || S_ISLNK(version.mode)) return false;
  return version.messages ? *version.messages > 0 : version.size > 0;
}

/// Commits that removed the session's transcript at one path and added it at another.
std::set<std::pair<std::int64_t, Oid>> moves_in(const std::vector<catalogue::Version>& versions) {
  std::map<std::pair<std::int64_t, Oid>, std::pair<bool, bool>> seen;
  for (const auto& version : versions) {
    auto& [removed, added] = seen[{version.root_id, version.commit}];
    (version.op == ChangeOp::remove ? removed : added) |=
        version.op == ChangeOp::remove || version.op == ChangeOp::add;
  }
  std::set<std::pair<std::int64_t, Oid>> moves;
  for (const auto& [commit, ops] : seen)
    if (ops.first && ops.second) moves.insert(commit);
  return moves;
}

std::string describe(const catalogue::Session& session) {
  const std::string& name = session.title.empty() ? session.first_prompt : session.title;
  return fmt::format("  {}  {}  {}{}", session.id.text(), format_local(session.active_ns),
                     session.present ? "" : "(deleted) ", cut_to_columns(printable(name), 60));
}

}  // namespace

std::string_view to_string(TranscriptVersion::What what) {
  switch (what) {
    case What::add:
      return "add";
    case What::grow:
      return "grow";
    case What::compaction:
      return "compaction";
    case What::rewrite:
      return "rewrite";
    case What::shrink:
      return "shrink";
    case What::move:
      return "move";
    case What::remove:
      return "delete";
  }
  return "add";
}

std::vector<TranscriptVersion> transcript_versions(const catalogue::Catalogue& catalogue,
                                                   const SessionId& session) {
  std::vector<catalogue::Version> transcripts;
  for (auto& version : catalogue.versions_of(session))
    if (source_of_branch(version.branch).is_transcript(version.path))
      transcripts.push_back(std::move(version));
  const auto moves = moves_in(transcripts);

  std::vector<TranscriptVersion> result;
  std::map<std::int64_t, std::size_t> last;  // of each root: index in result of its last content
  std::uint64_t number = 0;
  for (auto& version : transcripts) {
    const bool moved = moves.contains({version.root_id, version.commit});
    if (moved && version.op == ChangeOp::remove) continue;
    const auto before = last.find(version.root_id);
    TranscriptVersion entry;
    entry.what = what_of(version, before == last.end() ? nullptr : &result[before->second].version);
    if (moved && version.op == ChangeOp::add) entry.what = What::move;
    entry.is_conversation = looks_like_conversation(version);
    if (version.op != ChangeOp::remove) {
      entry.number = ++number;
      last[version.root_id] = result.size();
    }
    entry.version = std::move(version);
    result.push_back(std::move(entry));
  }
  return result;
}

/// The newest conversation; but where the session lay at two paths at once (a stub that another client
/// left in a worktree's folder), the one with more of it.
const TranscriptVersion* best_version(const std::vector<TranscriptVersion>& versions) {
  auto newest = versions.rend();
  for (auto it = versions.rbegin(); it != versions.rend(); ++it) {
    if (it->what == What::remove) continue;
    if (newest == versions.rend()) newest = it;
    if (it->is_conversation) {
      newest = it;
      break;
    }
  }
  if (newest == versions.rend()) return nullptr;
  const TranscriptVersion* best = &*newest;
  std::set<std::string_view> passed{best->version.path};  // paths whose newest version was looked at
  for (auto it = newest; it != versions.rend(); ++it) {
    if (it->version.root_id != newest->version.root_id) continue;
    const bool at_the_same_time = passed.insert(it->version.path).second && it->what != What::remove;
    if (at_the_same_time && it->is_conversation &&
        it->version.messages.value_or(0) > best->version.messages.value_or(0))
      best = &*it;
    if (it->what == What::move) break;  // what came before lay at the path it moved away from
  }
  return best;
}

catalogue::Session resolve_session(const catalogue::Catalogue& catalogue, std::string_view text) {
  auto candidates = catalogue.resolve(text);
  const std::string name = printable(text);
  if (candidates.empty())
    throw Error(ErrorCode::not_found, fmt::format("no session matches '{}'", name),
                "csb list --deleted all shows every session in the archive");
  if (candidates.size() == 1) return std::move(candidates.front());
  std::string hint = "name one of them by its id:";
  for (std::size_t i = 0; i < candidates.size() && i < kMostCandidates; ++i)
    hint += '\n' + describe(candidates[i]);
  if (candidates.size() > kMostCandidates)
    hint += fmt::format("\n  … and {} more", candidates.size() - kMostCandidates);
  throw Error(ErrorCode::ambiguous, fmt::format("'{}' stands for {} sessions", name, candidates.size()),
              std::move(hint));
}

}  // namespace csb::app
