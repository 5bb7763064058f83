#include "csb/app/lost.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <unordered_map>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/sha256.hpp"
#include "csb/util/text.hpp"
#include "lost_evidence.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kPromptColumns = 200;  ///< of a first prompt, as it is listed
constexpr std::size_t kFewestDigits = 4;     ///< of an id

using claude_code::HistoryEntry;
using Found = std::map<SessionId, LostSession>;

LostSession& entry(Found& found, const SessionId& id) { return found.try_emplace(id, id).first->second; }

void widen(LostSession& session, std::int64_t time_ns) {
  if (time_ns == 0) return;
  if (session.first_ns == 0 || time_ns < session.first_ns) session.first_ns = time_ns;
  session.last_ns = std::max(session.last_ns, time_ns);
}

void add_prompt(LostSession& session, const HistoryEntry& prompt) {
  const bool is_first = session.prompts == 0 || (prompt.time_ns != 0 && prompt.time_ns < session.first_ns);
  session.in_history = true;
  ++session.prompts;
  if (is_first) session.first_prompt = cut_to_columns(prompt.prompt, kPromptColumns);
  if (!prompt.project.empty()) session.folder = prompt.project;
  widen(session, prompt.time_ns);
}

void add_files(LostSession& session, const std::vector<LostFile>& files) {
  std::set<std::string> tops;
  for (const LostFile& file : files) {
    tops.insert(file.path.substr(0, file.path.find('/')));
    if (session.prompts == 0) widen(session, file.mtime_ns);
  }
  session.tops.assign(tops.begin(), tops.end());
  session.files = files.size();
}

/// What makes two entries the same prompt: a smaller file and its archived version share most of them.
using PromptKey = std::tuple<std::string, std::int64_t, std::size_t>;
PromptKey key_of(const HistoryEntry& prompt) {
  return {prompt.session_id, prompt.time_ns, std::hash<std::string>{}(prompt.prompt)};
}

LostResult collect(const Settings& settings, const catalogue::Catalogue* catalogue,
                   const LostEvidence& evidence) {
  LostResult result;
  Found found;
  std::set<PromptKey> seen;
  result.bad_lines = read_history(settings, catalogue, [&](const HistoryEntry& prompt) {
    const auto id = SessionId::parse(prompt.session_id);
    if (id && evidence.is_lost(*id) && seen.insert(key_of(prompt)).second)
      add_prompt(entry(found, *id), prompt);
  });
  for (const auto& [id, files] : evidence.files)
    if (!files.empty()) add_files(entry(found, id), files);
  for (const auto& [id, forks] : evidence.forks) entry(found, id).forks = forks;
  for (const auto& [id, folder] : evidence.registered) {
    LostSession& session = entry(found, id);
    session.in_registry = true;
    if (session.folder.empty()) session.folder = folder;
  }
  result.waiting = evidence.waiting.size();
  for (auto& [id, session] : found) result.sessions.push_back(std::move(session));
  std::stable_sort(result.sessions.begin(), result.sessions.end(),
                   [](const LostSession& a, const LostSession& b) { return a.last_ns > b.last_ns; });
  return result;
}

/// The one that `text` names.
LostSession find(std::vector<LostSession>& sessions, std::string_view text) {
  const std::string wanted = ascii_lower(text);
  std::vector<LostSession*> matching;
  if (wanted.size() >= kFewestDigits)
    for (LostSession& session : sessions)
      if (session.id.text().starts_with(wanted)) matching.push_back(&session);
  if (matching.size() == 1) return std::move(*matching.front());
  const std::string name = printable(text);
  if (matching.empty())
    throw Error(ErrorCode::not_found, fmt::format("no session '{}' is known to be lost", name),
                "'csb lost' lists those that are, 'csb list --deleted' what is archived; ids are named by "
                "their first four digits at least");
  std::string hint = "which one?";
  for (const LostSession* session : matching) hint += "\n" + session->id.text();
  throw Error(ErrorCode::ambiguous, fmt::format("'{}' stands for {} lost sessions", name, matching.size()),
              hint);
}

/// The client names its copies by the beginning of the hash of the path; what any tool call named is tried.
void name_originals(std::vector<LostFile>& files, const catalogue::Catalogue& catalogue) {
  constexpr std::size_t kDigits = 16;
  const auto is_copy = [](const LostFile& file) { return file.path.starts_with("file-history/"); };
  if (std::none_of(files.begin(), files.end(), is_copy)) return;
  std::unordered_map<std::string, std::string> by_hash;
  for (std::string& path : catalogue.touched_paths()) {
    std::string hash = sha256_hex(path).substr(0, kDigits);
    by_hash.emplace(std::move(hash), std::move(path));
  }
  for (LostFile& file : files) {
    if (!is_copy(file)) continue;
    const auto at = by_hash.find(std::string(base_name(file.path).substr(0, kDigits)));
    if (at != by_hash.end()) file.original = at->second;
  }
}

}  // namespace

LostResult lost(const Settings& settings, const catalogue::Catalogue* catalogue) {
  return collect(settings, catalogue, gather_evidence(settings, catalogue));
}

LostDetails lost_session(const Settings& settings, const catalogue::Catalogue* catalogue,
                         std::string_view text) {
  LostEvidence evidence = gather_evidence(settings, catalogue);
  LostResult all = collect(settings, catalogue, evidence);
  LostDetails details{find(all.sessions, text), {}, {}};
  const SessionId& id = details.session.id;
  details.files = std::move(evidence.files[id]);
  if (catalogue != nullptr) name_originals(details.files, *catalogue);
  std::set<PromptKey> seen;
  read_history(settings, catalogue, [&](HistoryEntry prompt) {
    const auto of = SessionId::parse(prompt.session_id);
    if (of == id && seen.insert(key_of(prompt)).second) details.prompts.push_back(std::move(prompt));
  });
  std::stable_sort(details.prompts.begin(), details.prompts.end(),
                   [](const auto& a, const auto& b) { return a.time_ns < b.time_ns; });
  // Long pastes lie in files of their own, which the client sweeps too.
  for (HistoryEntry& prompt : details.prompts)
    for (claude_code::Paste& paste : prompt.pastes)
      if (paste.content.empty() && !paste.hash.empty())
        paste.content = read_paste(settings, catalogue, paste.hash);
  return details;
}

}  // namespace csb::app
