#include "listing.hpp"

#include <algorithm>
#include <utility>

#include "chat_builder.hpp"
#include "csb/model/session_id.hpp"
#include "jobs.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kPage = 50;
constexpr std::size_t kOverlap = 5;
constexpr int kPasses = 3;
constexpr int kBarrenPages = 3;  ///< pages in a row with nothing new: the list does not end
constexpr std::size_t kMaxRows = 1'000'000;
constexpr int kKnownPages = 2;

std::string wrong_with_page(const JsonValue& value, bool is_array) {
  if (is_array) return value.is_array() ? "" : "the list is no array";
  const JsonValue* data = value.find("data");
  if (data == nullptr || !data->is_array()) return "the list has no data";
  if (data->items.empty() && value.is_true("has_more")) return "the list has an empty page that claims more";
  return {};
}

}  // namespace

std::optional<Row> read_row(const JsonValue& value) {
  const auto id = SessionId::parse(value.text_of("uuid"));
  if (!id) return std::nullopt;
  Row row;
  row.uuid = id->text();
  row.name = value.text_of("name");
  row.leaf = value.text_of("current_leaf_message_uuid");
  row.updated_ns = chat_time(value.text_of("updated_at"));
  row.hash = row_hash(row.name.substr(0, 4096), row.leaf, row.updated_ns, value.is_true("is_starred"),
                      value.is_true("is_archived"), value.text_of("project_uuid"));
  return row;
}

Lister::Page Lister::fetch_page(std::size_t offset) {
  Page page;
  const std::string path =
      "/api/organizations/" + organization_ + (is_array_ ? "/chat_conversations" : "/chat_conversations_v2") +
      "?limit=" + std::to_string(kPage) + "&offset=" + std::to_string(offset) + "&consistency=strong";
  const bool is_array = is_array_;
  const Failure ended = fetcher_.run(std::make_unique<SmallJob>(
      path, [is_array](const JsonValue& value) { return wrong_with_page(value, is_array); },
      [&](const SmallDocument& document) {
        const std::vector<JsonValue>& items =
            is_array ? document.value.items : document.value.find("data")->items;
        page.items = items.size();
        for (const JsonValue& item : items) {
          if (auto row = read_row(item)) {
            page.rows.push_back(std::move(*row));
          } else {
            ++page.bad;
          }
        }
        page.has_more = is_array ? !items.empty() : document.value.is_true("has_more");
      },
      [&](const Failure& failure) { page.failure = failure; }));
  if (ended.trouble != Trouble::none) page.failure = ended;
  if (page.failure.trouble == Trouble::missing && !is_array_ && offset == 0) {
    is_array_ = true;
    return fetch_page(0);
  }
  return page;
}

Lister::Pass Lister::pass(bool full, Listing& listing) {
  std::unordered_map<std::string, std::size_t> seen;  // uuid -> where in listing.rows
  listing = Listing();
  std::vector<std::string> tail;  // what the next page should begin with
  bool moved = false;
  int barren = 0, known_pages = 0;
  for (std::size_t offset = 0;;) {
    Page page = fetch_page(offset);
    if (page.failure.trouble != Trouble::none) return listing.failure = page.failure, Pass::failed;
    listing.bad_rows += page.bad;
    for (std::size_t i = 0; i < tail.size(); ++i)
      moved = moved || i >= page.rows.size() || page.rows[i].uuid != tail[i];
    std::size_t fresh = 0, known = 0;
    for (const Row& row : page.rows) {
      known += is_known_(row) ? 1 : 0;
      const auto [place, is_new] = seen.emplace(row.uuid, listing.rows.size());
      if (is_new) {
        listing.rows.push_back(row);
        ++fresh;
      } else {
        listing.rows[place->second] = row;
      }
    }
    // The array says by a page without anything new that there is no more.
    if (!page.has_more || (is_array_ && fresh == 0 && page.items <= kOverlap)) break;
    barren = fresh == 0 ? barren + 1 : 0;
    if (barren >= kBarrenPages || listing.rows.size() > kMaxRows)
      return listing.failure = {Trouble::bad_answer, "the list does not end"}, Pass::failed;
    known_pages = !page.rows.empty() && known == page.rows.size() ? known_pages + 1 : 0;
    if (!full && known_pages >= kKnownPages) {
      listing.stopped_early = true;
      break;
    }
    const std::size_t overlap = std::min(kOverlap, page.rows.size() / 2);
    tail.clear();
    for (std::size_t i = page.rows.size() - overlap; i < page.rows.size(); ++i)
      tail.push_back(page.rows[i].uuid);
    offset += page.rows.empty() ? page.items : page.rows.size() - overlap;
  }
  return moved ? Pass::moved : Pass::settled;
}

std::optional<std::uint64_t> Lister::fetch_count(Failure& failure) {
  std::optional<std::uint64_t> count;
  const Failure ended = fetcher_.run(std::make_unique<SmallJob>(
      "/api/organizations/" + organization_ + "/chat_conversations/count_all",
      [](const JsonValue& value) { return value.number_of("count") ? std::string() : "no count"; },
      [&](const SmallDocument& document) { count = document.value.number_of("count"); },
      [](const Failure&) {}));  // a service without it: the list is all there is
  if (ended.trouble != Trouble::none) failure = ended;
  return count;
}

Listing Lister::list(bool full, const std::set<std::string>& known) {
  Listing listing;
  for (int tries = 0; tries < kPasses; ++tries) {
    const Pass ended = pass(full, listing);
    if (ended == Pass::failed) return listing;
    listing.count = fetch_count(listing.failure);
    if (listing.failure.trouble != Trouble::none) return listing;
    std::uint64_t expected = listing.rows.size();
    if (listing.stopped_early) {
      std::set<std::string> all = known;
      for (const Row& row : listing.rows) all.insert(row.uuid);
      expected = all.size();
    }
    const bool agrees = !listing.count || *listing.count == expected;
    if (ended == Pass::settled && agrees) {
      listing.is_complete = !listing.stopped_early;
      return listing;
    }
    if (listing.count && *listing.count > expected) listing.missing = *listing.count - expected;
    full = true;  // something came or went further down
  }
  return listing;
}

}  // namespace csb::claude_ai
