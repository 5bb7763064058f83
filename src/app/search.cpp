#include "csb/app/search.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "csb/app/index_text.hpp"
#include "csb/util/error.hpp"
#include "search_find.hpp"

namespace csb::app {
namespace {

using catalogue::TextIndex;

constexpr std::size_t kExcerptBytes = 2000;
constexpr std::size_t kExcerptBefore = 300;
constexpr std::size_t kMaxMarks = 100;
/// Candidates looked at for each hit that is wanted: of that many the best come first.
constexpr std::size_t kWindowPerHit = 10;
constexpr std::size_t kLeastWindow = 200;

/// Brings together what is of one session, in the order of each session's first.
template <typename Item, typename SessionOf>
void group_by_session(std::vector<Item>& items, const SessionOf& session_of) {
  std::unordered_map<std::string, std::size_t> order;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (std::size_t i = 0; i < items.size(); ++i)
    places.emplace_back(order.emplace(session_of(items[i]), order.size()).first->second, i);
  std::sort(places.begin(), places.end());
  std::vector<Item> grouped;
  grouped.reserve(items.size());
  for (const auto& [session, i] : places) grouped.push_back(std::move(items[i]));
  items = std::move(grouped);
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The part of a text around its first match.
void fill_excerpt(std::string text, const std::vector<transcript::Span>& spans, SearchHit& hit) {
  const std::size_t first = spans.empty() ? 0 : spans.front().begin;
  std::size_t begin = first > kExcerptBefore ? first - kExcerptBefore : 0;
  while (begin > 0 && continues_character(text[begin])) --begin;
  std::size_t end = std::min(text.size(), begin + kExcerptBytes);
  while (end > begin && end < text.size() && continues_character(text[end])) --end;
  hit.cut_before = begin > 0;
  hit.cut_after = end < text.size();
  for (const transcript::Span& span : spans)
    if (span.begin < end) hit.marks.push_back({span.begin - begin, std::min(span.end, end) - begin});
  hit.text.text = text.substr(begin, end - begin);
}

class Search {
 public:
  Search(const Settings& settings, const catalogue::Catalogue& catalogue, const SearchRequest& request,
         const std::function<void(SearchHit&&)>& visit)
      : settings_(settings),
        catalogue_(catalogue),
        request_(request),
        visit_(visit),
        terms_(request),
        scope_(catalogue, request),
        fetcher_(settings, catalogue) {}

  SearchSummary run() && {
    bool is_answered = false;
    if (terms_.are_indexed() && request_.use_index) is_answered = search_index();
    if (!is_answered) search_all();
    if (unreadable_ > 0)
      summary_.notes.push_back(std::to_string(unreadable_) + (unreadable_ == 1 ? " hit" : " hits") +
                               " cannot be read from the store: run 'csb verify'");
    summary_.sessions = sessions_.size();
    return std::move(summary_);
  }

 private:
  /// @return false when there is no index that could answer
  bool search_index() {
    try {
      const TextIndex index = TextIndex::open(settings_.text_index_file(), TextIndex::Access::read);
      if (std::none_of(scope_.roots().begin(), scope_.roots().end(),
                       [&](const auto& root) { return index.head(root.branch).has_value(); }))
        return false;  // never filled
      summary_.is_behind = !is_text_indexed(index, catalogue_);
      IndexFinder finder(index, request_, terms_, scope_, fetcher_);
      std::optional<std::size_t> window;
      if (request_.limit && request_.sort != SearchRequest::Sort::oldest)
        window = std::max(kLeastWindow, kWindowPerHit * *request_.limit);
      while (!finder.is_complete() && !has_enough()) {
        take(finder.next(window));
        if (window) *window *= 4;
      }
      summary_.has_more = summary_.has_more || !finder.is_complete();
      flush();
      return true;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::usage || error.code() == ErrorCode::interrupted) throw;
      if (catalogue::Catalogue::is_damage(error)) {
        discard_text_index(settings_);
        summary_.notes.emplace_back(
            "the text index is damaged: everything was read instead, and the next search builds it anew");
      } else if (error.code() != ErrorCode::not_found) {
        summary_.notes.push_back(std::string("everything was read instead of the text index: ") +
                                 error.what());
      }
      reset();
      return false;
    }
  }

  void search_all() {
    summary_.by_reading = true;
    take(find_by_reading(settings_, catalogue_, request_, terms_, scope_, summary_));
    flush();
  }

  [[nodiscard]] bool has_enough() const { return request_.limit && chosen_ >= *request_.limit; }

  /// Looks at the texts of candidates, the best first, until there are hits enough.
  void take(std::vector<SearchCandidate> candidates) {
    sort_candidates(candidates, request_.sort);
    if (!request_.limit)
      group_by_session(candidates, [](const SearchCandidate& c) { return c.session->session.id.text(); });
    for (const SearchCandidate& candidate : candidates) {
      const std::string& session = candidate.session->session.id.text();
      if (request_.one_per_session && sessions_.contains(session)) continue;
      if (has_enough()) {
        summary_.has_more = true;
        return;
      }
      auto hit = look_at(candidate);
      if (!hit) continue;
      ++chosen_;
      sessions_.insert(session);
      if (request_.limit)
        hits_.push_back(std::move(*hit));  // few: they are brought into order at the end
      else
        hand_over(std::move(*hit));
    }
  }

  std::optional<SearchHit> look_at(const SearchCandidate& candidate) {
    auto text = fetcher_.text_of(candidate);
    if (!text) {
      ++unreadable_;
      return std::nullopt;
    }
    const std::uint64_t found = terms_.found_in(*text);
    if ((found & terms_.wanted()) == 0) return std::nullopt;
    if (request_.within_message && !terms_.query().holds(found)) return std::nullopt;
    SearchHit hit(candidate.session->session);
    hit.path = candidate.path;
    hit.offset = candidate.offset;
    hit.text = {candidate.kind, candidate.tool, candidate.time_ns, {}};
    hit.is_deleted = candidate.session->is_deleted;
    hit.is_older = candidate.is_older;
    hit.also_in = candidate.also_in;
    const auto spans = terms_.find(*text, kMaxMarks);
    fill_excerpt(*std::move(text), spans, hit);
    SearchFetcher::Context context = fetcher_.context_of(candidate, request_.before, request_.after);
    hit.agent_id = std::move(context.agent_id);
    hit.before = std::move(context.before);
    hit.after = std::move(context.after);
    return hit;
  }

  void hand_over(SearchHit hit) {
    ++summary_.hits;
    visit_(std::move(hit));
  }

  void flush() {
    group_by_session(hits_, [](const SearchHit& hit) { return hit.session.id.text(); });
    for (SearchHit& hit : hits_) hand_over(std::move(hit));
    hits_.clear();
  }

  /// Begins again, by other means.
  void reset() {
    if (summary_.hits > 0) throw Error(ErrorCode::failed, "the text index broke while hits were printed");
    hits_.clear();
    sessions_.clear();
    chosen_ = unreadable_ = 0;
    summary_.has_more = false;
  }

  const Settings& settings_;
  const catalogue::Catalogue& catalogue_;
  const SearchRequest& request_;
  const std::function<void(SearchHit&&)>& visit_;
  SearchTerms terms_;
  SearchScope scope_;
  SearchFetcher fetcher_;
  SearchSummary summary_;
  std::vector<SearchHit> hits_;
  std::set<std::string> sessions_;  ///< of hits
  std::size_t chosen_ = 0, unreadable_ = 0;
};

}  // namespace

SearchSummary search(const Settings& settings, const catalogue::Catalogue& catalogue,
                     const SearchRequest& request, const std::function<void(SearchHit&&)>& visit) {
  return Search(settings, catalogue, request, visit).run();
}

}  // namespace csb::app
