#include <sys/stat.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "csb/transcript/message.hpp"
#include "csb/util/error.hpp"
#include "csb/util/parallel.hpp"
#include "csb/util/text.hpp"
#include "search_find.hpp"

namespace csb::app {
namespace {

/// One content to be read: a file on disk, or a version that is stored.
struct Reading {
  const catalogue::Root* root = nullptr;
  const ScopedSession* session = nullptr;
  std::string path;
  std::string_view format;
  std::uint64_t generation = 0;  ///< 0: the newest
  std::optional<catalogue::Version> stored;
  bool is_older = false;
};

bool is_on_disk(const std::string& root_path, const std::string& path) {
  struct stat st {};
  return !root_path.empty() && ::lstat((root_path + "/" + path).c_str(), &st) == 0 && S_ISREG(st.st_mode);
}

void add_readings(const catalogue::Catalogue& catalogue, const catalogue::Root& root,
                  const catalogue::ChangedPath& changed, SearchScope& scope, std::vector<Reading>& readings) {
  Reading reading;
  reading.format = text_format(root.source, changed.path);
  if (reading.format.empty()) return;
  reading.session = scope.session_of(root, changed.path, changed.session);
  if (reading.session == nullptr || !reading.session->is_admitted) return;
  reading.root = &root;
  reading.path = changed.path;
  const bool live = is_on_disk(root.path, changed.path);
  const bool in_place = is_in_place(changed.path, reading.session->session);
  reading.is_older = !in_place;
  if (live) readings.push_back(reading);
  if (live && changed.beginnings <= 1) return;
  const auto generations = generations_of(catalogue.versions_of_path(root.id, changed.path));
  for (const Generation& generation : generations) {
    const bool is_newest = &generation == &generations.back();
    if (live && is_newest) continue;
    reading.generation = generation.number;
    reading.stored = generation.last;
    reading.is_older = !is_newest || !in_place;
    readings.push_back(reading);
  }
}

class Scanner {
 public:
  Scanner(const Settings& settings, const SearchRequest& request, const SearchTerms& terms,
          const SearchScope& scope)
      : settings_(settings),
        request_(request),
        terms_(terms),
        scope_(scope),
        is_combined_(!request.within_message && !terms.query().is_any()) {}

  void read(const Reading& reading) {
    try {
      std::optional<Conversation> conversation;
      if (reading.stored)
        conversation = Conversation::open_stored(settings_, reading.format, *reading.stored);
      else
        conversation = Conversation::open_live(reading.format, reading.root->path, reading.path);
      if (conversation) read(reading, *conversation);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::failed && error.code() != ErrorCode::not_found) throw;
      const std::lock_guard<std::mutex> guard(mutex_);
      if (unread_++ == 0) first_unread_ = printable(reading.path) + ": " + error.what();
    }
  }

  std::vector<SearchCandidate> result() && {
    std::vector<SearchCandidate> out;
    for (auto& [key, places] : found_) {
      // A message counts for each session that holds it and in which the query holds.
      std::optional<SearchCandidate> best;
      std::uint64_t sessions = 0;
      for (SearchCandidate& place : places) {
        if (is_combined_ && !terms_.query().holds(sessions_[place.session])) continue;
        ++sessions;
        if (!best || is_better(place, *best)) best = std::move(place);
      }
      if (!best) continue;
      best->also_in = sessions - 1;
      out.push_back(std::move(*best));
    }
    return out;
  }

  [[nodiscard]] bool has_left_out() const { return has_left_out_; }

  void add_notes(std::vector<std::string>& notes) const {
    if (unread_ > 0)
      notes.push_back(std::to_string(unread_) +
                      " stored contents could not be read, the first: " + first_unread_);
  }

 private:
  /// From so many texts on only the best are kept, where not all are wanted: memory is bounded.
  static constexpr std::size_t kMostFound = 60'000;

  void read(const Reading& reading, const Conversation& conversation) {
    const std::string owner = owner_of(reading.session->session.id, reading.path, reading.format);
    ToolCalls calls;
    const auto visit = [&](Message& message, const MessagePlace& place) {
      for (MessageText& text : texts_of(message, owner, &calls)) consider(reading, message, place, text);
      return true;
    };
    // Names of tools are known from the calls before: then no row may be passed over.
    if (conversation.has_rows() && request_.tool.empty()) return read_rows(conversation, visit);
    static_cast<void>(conversation.read(visit));
  }

  template <typename Visit>
  void read_rows(const Conversation& conversation, const Visit& visit) const {
    transcript::MessageReader reader;
    Message message;
    transcript::RowFilter filter([&](std::string_view json) { return terms_.may_be_in_json(json); },
                                 [&](std::string_view row, std::uint64_t offset) {
                                   if (reader.read(row, message)) visit(message, {offset, row.size()});
                                 });
    conversation.read_bytes(0, [&](std::span<const std::byte> bytes) { filter.feed(bytes); });
    filter.finish();
  }

  void consider(const Reading& reading, const Message& message, const MessagePlace& place,
                MessageText& text) {
    if (!scope_.admits(text.kind, text.tool, message.time_ns)) return;
    const std::uint64_t terms = terms_.found_in(text.text);
    if (terms == 0) return;
    SearchCandidate candidate;
    candidate.key = text.key;
    candidate.kind = text.kind;
    candidate.tool = std::move(text.tool);
    candidate.time_ns = message.time_ns;
    candidate.session = reading.session;
    candidate.root = reading.root;
    candidate.path = reading.path;
    candidate.format = reading.format;
    candidate.generation = reading.generation;
    candidate.offset = place.offset;
    candidate.block = text.block;
    candidate.is_older = reading.is_older;
    const bool is_hit =
        (terms & terms_.wanted()) != 0 && (!request_.within_message || terms_.query().holds(terms));
    const std::lock_guard<std::mutex> guard(mutex_);
    sessions_[reading.session] |= terms;
    if (is_hit) add(std::move(candidate));
  }

  void add(SearchCandidate candidate) {
    std::vector<SearchCandidate>& places = found_[candidate.key];
    for (SearchCandidate& place : places) {
      if (place.session != candidate.session) continue;
      if (is_better(candidate, place)) place = std::move(candidate);
      return;
    }
    places.push_back(std::move(candidate));
    // Which sessions count is known at the end only when terms combine.
    if (found_.size() > kMostFound && request_.limit && *request_.limit < kMostFound / 8 && !is_combined_)
      leave_out_the_worst();
  }

  void leave_out_the_worst() {
    std::vector<SearchCandidate> order;
    order.reserve(found_.size());
    for (const auto& [key, places] : found_) order.push_back(places.front());
    sort_candidates(order, request_.sort);
    std::unordered_map<const ScopedSession*, std::size_t> of_session;
    std::size_t kept = 0;
    for (const SearchCandidate& candidate : order) {
      const bool is_first = of_session[candidate.session]++ == 0;
      if (kept++ < kMostFound / 4 || (request_.one_per_session && is_first)) continue;
      found_.erase(candidate.key);
      has_left_out_ = true;
    }
  }

  const Settings& settings_;
  const SearchRequest& request_;
  const SearchTerms& terms_;
  const SearchScope& scope_;
  std::mutex mutex_;
  /// By key: a place in each session that holds the text.
  std::unordered_map<std::uint64_t, std::vector<SearchCandidate>> found_;
  const bool is_combined_;
  bool has_left_out_ = false;
  std::unordered_map<const ScopedSession*, std::uint64_t> sessions_;  ///< terms found in each
  std::size_t unread_ = 0;
  std::string first_unread_;
};

}  // namespace

std::vector<SearchCandidate> find_by_reading(const Settings& settings, const catalogue::Catalogue& catalogue,
                                             const SearchRequest& request, const SearchTerms& terms,
                                             SearchScope& scope, SearchSummary& summary) {
  std::vector<Reading> readings;
  for (const catalogue::Root& root : scope.roots())
    for (const catalogue::ChangedPath& changed : catalogue.paths_changed(root.id, std::nullopt))
      add_readings(catalogue, root, changed, scope, readings);
  Scanner scanner(settings, request, terms, scope);
  parallel_for(readings.size(), worker_count(), [&](std::size_t i) { scanner.read(readings[i]); });
  scanner.add_notes(summary.notes);
  summary.has_more = scanner.has_left_out();
  return std::move(scanner).result();
}

}  // namespace csb::app
