#include "search_scope.hpp"

#include <algorithm>
#include <utility>

#include "csb/app/session_state.hpp"
#include "csb/app/versions.hpp"
#include "csb/util/text.hpp"

namespace csb::app {

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
