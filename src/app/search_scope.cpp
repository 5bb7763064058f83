#include "search_scope.hpp"

#include <algorithm>
#include <utility>

#include "csb/app/session_state.hpp"
#include "csb/app/versions.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_ai/documents.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "text_source.hpp"

namespace csb::app {
namespace {

/// By the project's own file in the mirror, as far as there is one.
std::string title_of_documents(const catalogue::Root& root, const std::string& path) {
  const std::string folder(parent_path(path));
  if (base_name(folder) != "projects") return "what claude.ai remembers";
  const std::string stem = folder + "/" + std::string(base_name(path).substr(0, 36));
  for (const char* ending : {".json", ".export.json"}) {
    if (root.path.empty()) break;
    try {
      const auto file = Conversation::open_live(kDocuments, root.path, stem + ending);
      if (!file || file->size() > claude_ai::kMaxDocumentFile) continue;
      std::string json;
      file->read_bytes(0, [&](std::span<const std::byte> bytes) { json += as_text(bytes); });
      if (const std::string name = claude_ai::project_name(json); !name.empty()) return "project " + name;
    } catch (const Error&) {
      continue;  // the hit matters, not its heading
    }
  }
  return "a project of claude.ai";
}

}  // namespace

SearchScope::SearchScope(const catalogue::Catalogue& catalogue, const SearchRequest& request)
    : catalogue_(catalogue), request_(request), roots_(catalogue.roots()) {
  if (!request.session.empty()) admitted_ = {resolve_session(catalogue, request.session).id.text()};
  if (!request.folder && request.touched_file.empty() && request.source.empty()) return;
  catalogue::SessionQuery query;
  query.deleted = catalogue::DeletedFilter::all;
  query.folder = request.folder;
  query.touched_file = request.touched_file;
  query.source = request.source;
  std::set<std::string, std::less<>> matching;
  for (const catalogue::Session& session : catalogue.sessions(query).sessions)
    if (!admitted_ || admitted_->contains(session.id.text())) matching.insert(session.id.text());
  admitted_ = std::move(matching);
}

const catalogue::Root* SearchScope::root(std::string_view branch) const {
  const auto found = std::find_if(roots_.begin(), roots_.end(),
                                  [&](const catalogue::Root& root) { return root.branch == branch; });
  return found == roots_.end() ? nullptr : &*found;
}

const ScopedSession* SearchScope::session(const SessionId& id) {
  const auto known = sessions_.find(id.text());
  if (known != sessions_.end()) return known->second.get();
  std::unique_ptr<ScopedSession>& scoped = sessions_[id.text()];
  auto session = catalogue_.session(id);
  if (!session) return nullptr;
  // One stat: it may have been deleted since the last backup.
  const bool is_deleted = inspect_session(*session, {}).state == SessionState::deleted;
  scoped = std::make_unique<ScopedSession>(*std::move(session));
  scoped->is_deleted = is_deleted;
  const bool is_hidden = is_deleted ? request_.deleted == catalogue::DeletedFilter::hide
                                    : request_.deleted == catalogue::DeletedFilter::only;
  scoped->is_admitted = !is_hidden && (!admitted_ || admitted_->contains(id.text()));
  return scoped.get();
}

const ScopedSession* SearchScope::session_of(const catalogue::Root& root, const std::string& path,
                                             const std::optional<SessionId>& id) {
  if (id) return session(*id);
  return text_format(root.source, path) == kDocuments ? documents(root, path) : nullptr;
}

const ScopedSession* SearchScope::documents(const catalogue::Root& root, const std::string& path) {
  const auto owner = claude_ai::document_owner(path);
  if (!owner) return nullptr;
  std::unique_ptr<ScopedSession>& scoped = documents_[root.branch + ":" + path];
  if (scoped) return scoped.get();
  catalogue::Session session(*owner);
  session.root_id = root.id;
  session.root_path = root.path;
  session.source = root.source;
  session.path = path;
  session.title = title_of_documents(root, path);
  session.present = !root.path.empty() && fs::exists(root.path + "/" + path);
  scoped = std::make_unique<ScopedSession>(std::move(session));
  scoped->is_deleted = !scoped->session.present;
  const bool is_hidden = scoped->is_deleted ? request_.deleted == catalogue::DeletedFilter::hide
                                            : request_.deleted == catalogue::DeletedFilter::only;
  const bool is_of_source = request_.source.empty() || request_.source == root.source;
  const bool is_about_sessions = !request_.session.empty() || request_.folder ||
                                 !request_.touched_file.empty() || request_.one_per_session;
  scoped->is_admitted = !is_hidden && is_of_source && !is_about_sessions;
  return scoped.get();
}

bool SearchScope::admits(catalogue::TextKind kind, std::string_view tool, std::int64_t time_ns) const {
  const auto& kinds = request_.kinds;
  if (!kinds.empty() && std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) return false;
  if (!request_.tool.empty() && ascii_lower(tool) != ascii_lower(request_.tool)) return false;
  if (request_.since_ns && time_ns < *request_.since_ns) return false;
  return !request_.until_ns || time_ns < *request_.until_ns;
}

bool SearchScope::admits_all_texts() const {
  return request_.kinds.empty() && request_.tool.empty() && !request_.since_ns && !request_.until_ns;
}

bool is_in_place(std::string_view path, const catalogue::Session& session) {
  if (path == session.path) return true;
  std::string_view stem = session.path;
  if (!stem.ends_with(".jsonl")) return false;
  stem.remove_suffix(std::string_view(".jsonl").size());
  return path.starts_with(stem) && path.size() > stem.size() && path[stem.size()] == '/';
}

bool is_better(const SearchCandidate& a, const SearchCandidate& b) {
  if (a.is_older != b.is_older) return b.is_older;
  if (a.session->is_deleted != b.session->is_deleted) return b.session->is_deleted;
  const auto& left = a.session->session;
  const auto& right = b.session->session;
  if (left.started_ns != right.started_ns) return left.started_ns < right.started_ns;
  if (left.id.text() != right.id.text()) return left.id.text() < right.id.text();
  return a.path < b.path;
}

}  // namespace csb::app
