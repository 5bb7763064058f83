#include "search_fetch.hpp"

#include <algorithm>
#include <utility>

#include "csb/util/error.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kKeptOpen = 8;
constexpr std::size_t kContextBytes = 400;

/// What one line of context says of a message.
std::optional<SearchText> brief(Message& message, std::string_view owner) {
  std::optional<SearchText> first;
  for (MessageText& text : texts_of(message, owner, nullptr)) {
    if (first) break;
    std::size_t size = std::min(text.text.size(), kContextBytes);
    while (size > 0 && size < text.text.size() &&
           (static_cast<unsigned char>(text.text[size]) & 0xC0) == 0x80)
      --size;  // not within a character
    text.text.resize(size);
    first = {text.kind, std::move(text.tool), message.time_ns, std::move(text.text)};
  }
  return first;
}

}  // namespace

SearchFetcher::Opened* SearchFetcher::open(const SearchCandidate& candidate, bool live) {
  const std::uint64_t generation = live ? 0 : candidate.generation;
  for (Opened& opened : opened_)
    if (opened.is_live == live && opened.generation == generation && opened.path == candidate.path &&
        opened.branch == candidate.root->branch)
      return &opened;
  std::optional<Conversation> conversation;
  if (live) {
    conversation = Conversation::open_live(candidate.format, candidate.root->path, candidate.path);
  } else {
    const auto generations = generations_of(catalogue_.versions_of_path(candidate.root->id, candidate.path));
    for (const Generation& each : generations)
      if (each.number == generation || (generation == 0 && &each == &generations.back()))
        conversation = Conversation::open_stored(settings_, candidate.format, each.last);
  }
  if (!conversation) return nullptr;
  if (opened_.size() == kKeptOpen) opened_.pop_back();
  opened_.push_front({candidate.root->branch, candidate.path, generation, live, std::move(*conversation)});
  return &opened_.front();
}

std::optional<std::string> SearchFetcher::read(const SearchCandidate& candidate, bool live) {
  const Opened* opened = open(candidate, live);
  Message message;
  if (opened == nullptr || !opened->conversation.read_at(candidate.offset, message)) return std::nullopt;
  const std::string owner = owner_of(candidate.session->session.id, candidate.path, candidate.format);
  for (MessageText& text : texts_of(message, owner, nullptr)) {
    if (text.key != candidate.key) continue;
    last_ = &opened->conversation;
    agent_id_ = message.agent_id;
    return std::move(text.text);
  }
  return std::nullopt;
}

std::optional<std::string> SearchFetcher::text_of(const SearchCandidate& candidate) {
  // What is on disk may have changed since it was indexed: the key says whether this is still the text.
  if (!candidate.is_older && !candidate.root->path.empty())
    if (auto text = read(candidate, true)) return text;
  try {
    return read(candidate, false);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::failed && error.code() != ErrorCode::not_found) throw;
    return std::nullopt;  // the store is damaged there, or gone
  }
}

SearchFetcher::Context SearchFetcher::context_of(const SearchCandidate& candidate, std::size_t before,
                                                 std::size_t after) {
  Context context;
  context.agent_id = agent_id_;
  if (before + after == 0 || last_ == nullptr) return context;
  const std::string owner = owner_of(candidate.session->session.id, candidate.path, candidate.format);
  std::deque<SearchText> earlier;
  static_cast<void>(last_->read(
      [&](Message& message, const MessagePlace& place) {
        if (place.offset == candidate.offset) return after > 0;
        auto text = brief(message, owner);
        if (!text) return true;
        if (place.offset < candidate.offset) {
          earlier.push_back(std::move(*text));
          if (earlier.size() > before) earlier.pop_front();
          return true;
        }
        context.after.push_back(std::move(*text));
        return context.after.size() < after;
      },
      before > 0 ? 0 : candidate.offset));
  context.before.assign(std::make_move_iterator(earlier.begin()), std::make_move_iterator(earlier.end()));
  return context;
}

}  // namespace csb::app
