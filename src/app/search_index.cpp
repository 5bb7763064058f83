#include <algorithm>
#include <utility>

#include "search_find.hpp"

namespace csb::app {

IndexFinder::IndexFinder(const catalogue::TextIndex& index, const SearchRequest& request,
                         const SearchTerms& terms, SearchScope& scope, SearchFetcher& fetcher)
    : index_(index), request_(request), terms_(terms), scope_(scope), fetcher_(fetcher) {
  if (!request.within_message && !terms.query().is_any()) find_sessions();
}

const IndexFinder::File& IndexFinder::file(std::int64_t id) {
  const auto known = files_.find(id);
  if (known != files_.end()) return known->second;
  File file;
  if (auto indexed = index_.file(id)) {
    file.root = scope_.root(indexed->branch);
    if (file.root != nullptr) file.format = text_format(file.root->source, indexed->path);
    if (file.root != nullptr) file.session = scope_.session_of(*file.root, indexed->path, indexed->session);
    if (file.session != nullptr) file.is_in_place = is_in_place(indexed->path, file.session->session);
    file.file = *std::move(indexed);
  }
  return files_.emplace(id, std::move(file)).first->second;
}

std::optional<SearchCandidate> IndexFinder::candidate_of(const catalogue::TextDocument& document) {
  if (!scope_.admits(document.kind, document.tool, document.time_ns)) return std::nullopt;
  std::optional<SearchCandidate> best;
  std::set<std::string_view> sessions;
  for (const catalogue::TextPlace& place : index_.places_of(document.id)) {
    const File& in = file(place.file);
    if (in.session == nullptr || in.root == nullptr || in.format.empty() || !in.session->is_admitted)
      continue;
    if (sessions_ && !sessions_->contains(in.session->session.id.text())) continue;
    sessions.insert(in.session->session.id.text());
    SearchCandidate candidate;
    candidate.session = in.session;
    candidate.root = in.root;
    candidate.path = in.file.path;
    candidate.format = in.format;
    candidate.generation = place.generation;
    candidate.offset = place.offset;
    candidate.block = place.block;
    candidate.is_older = place.generation < in.file.generation || !in.is_in_place;
    if (!best || is_better(candidate, *best)) best = std::move(candidate);
  }
  if (!best) return std::nullopt;
  best->key = document.key;
  best->kind = document.kind;
  best->tool = document.tool;
  best->time_ns = document.time_ns;
  best->also_in = sessions.size() - 1;
  return best;
}

std::set<std::string> IndexFinder::admitted_sessions_of(const catalogue::TextDocument& document) {
  std::set<std::string> sessions;
  for (const catalogue::TextPlace& place : index_.places_of(document.id))
    if (const File& in = file(place.file); in.session != nullptr && in.session->is_admitted)
      sessions.insert(in.session->session.id.text());
  return sessions;
}

bool IndexFinder::holds(const catalogue::TextDocument& document, std::size_t term) {
  const auto candidate = candidate_of(document);
  const auto text = candidate ? fetcher_.text_of(*candidate) : std::nullopt;
  return text && (terms_.found_in(*text) >> term & 1) != 0;
}

std::set<std::string> IndexFinder::sessions_with(std::size_t term) {
  std::set<std::string> found;
  const std::string expression = terms_.expression_of(term, true);
  if (terms_.is_exact(term) && scope_.admits_all_texts()) {
    for (const std::int64_t id : index_.files_matching(expression))
      if (const File& in = file(id); in.session != nullptr && in.session->is_admitted)
        found.insert(in.session->session.id.text());
    return found;
  }
  index_.match(expression, [&](const catalogue::TextDocument& document) {
    if (!scope_.admits(document.kind, document.tool, document.time_ns)) return true;
    std::set<std::string> sessions = admitted_sessions_of(document);
    std::erase_if(sessions, [&found](const std::string& session) { return found.contains(session); });
    if (!sessions.empty() && holds(document, term)) found.merge(sessions);
    return true;
  });
  return found;
}

void IndexFinder::find_sessions() {
  std::unordered_map<std::string, std::uint64_t> found;
  for (std::size_t term = 0; term < terms_.query().terms.size(); ++term)
    for (const std::string& session : sessions_with(term)) found[session] |= std::uint64_t{1} << term;
  std::set<std::string> holding;
  for (const auto& [session, mask] : found)
    if (terms_.query().holds(mask)) holding.insert(session);
  sessions_ = std::move(holding);
}

std::vector<SearchCandidate> IndexFinder::next(std::optional<std::size_t> count) {
  std::vector<SearchCandidate> candidates;
  // Whole words first: beginnings of words are looked for only when those are not enough.
  for (const bool open_end : {false, true}) {
    bool has_enough = false;
    const auto take = [&](const catalogue::TextDocument& document) {
      if (!given_.insert(document.id).second) return true;
      auto candidate = candidate_of(document);
      if (!candidate) return true;
      candidate->is_beginning = open_end;
      candidates.push_back(std::move(*candidate));
      has_enough = count && candidates.size() >= *count;
      return !has_enough;
    };
    if (request_.within_message) {
      index_.match(terms_.expression_of_message(open_end), take);
      // What has all words has some of them in a later piece, if not all of them in one.
      if (!has_enough) index_.match_later_pieces(terms_.expression_of_any(open_end), take);
    } else {
      index_.match(terms_.expression_of_any(open_end), take);
    }
    if (has_enough) return candidates;
  }
  is_complete_ = true;
  return candidates;
}

}  // namespace csb::app
