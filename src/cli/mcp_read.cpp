#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "csb/app/conversation.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/versions.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "mcp_arguments.hpp"
#include "mcp_tools.hpp"

namespace csb::cli::mcp {
namespace {

constexpr std::size_t kRead = 30, kMostRead = 200;
constexpr std::size_t kBefore = 2;         ///< messages before a hit
constexpr std::size_t kShortened = 1'500;  ///< of a call and its result, unless all was asked for
constexpr std::size_t kMessageBytes = 120, kPartBytes = 40;  ///< what they cost besides their text

std::string_view role_name(csb::Message::Role role) {
  switch (role) {
    case csb::Message::Role::human:
      return "user";
    case csb::Message::Role::client:
      return "client";
    case csb::Message::Role::assistant:
      return "assistant";
    case csb::Message::Role::system:
      return "system";
    case csb::Message::Role::title:
      return "title";
  }
  return "system";
}

std::string_view kind_name(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::text:
      return "text";
    case Block::Kind::thinking:
      return "thinking";
    case Block::Kind::tool_use:
      return "call";
    case Block::Kind::tool_result:
      return "result";
    case Block::Kind::image:
      return "image";
    case Block::Kind::other:
      return "other";
  }
  return "other";
}

std::string_view text_of(const Block& block, bool full) {
  return full && block.kind == Block::Kind::tool_use && !block.input.empty() ? block.input : block.text;
}

/// A place in a conversation: message (counted from 1), block of it, byte of that block's text.
struct Place {
  std::uint64_t message = 1, block = 0, byte = 0;
};

/// Messages as they are read, until the answer is full.
class Page {
 public:
  Page(const Place& from, std::size_t limit, bool full) : from_(from), limit_(limit), full_(full) {}

  /// @return false when there is no room for more
  bool add(const csb::Message& message) {
    if (++number_ < from_.message) return true;
    Place at{number_};
    if (number_ == from_.message) at = from_;
    if (messages_.size() == limit_ || left_ <= kMessageBytes) return stop_at(at);
    left_ -= kMessageBytes;
    Json parts = Json::array();
    const bool whole = add_parts(parts, message, at);
    if (!parts.empty()) add_message(message, std::move(parts));
    return whole || stop_at(at);
  }

  /// A message before the first one: it has a number too.
  void pass_over() { ++number_; }

  [[nodiscard]] Json& messages() { return messages_; }
  /// Where to go on; empty when the conversation ended first.
  [[nodiscard]] const std::string& cursor() const { return cursor_; }

 private:
  void add_message(const csb::Message& message, Json parts) {
    Json object{{"n", number_}, {"role", role_name(message.role)}};
    if (message.time_ns != 0) object["time"] = format_rfc3339(message.time_ns);
    if (message.is_compact_summary) object["compact_summary"] = true;
    object["parts"] = std::move(parts);
    messages_.push_back(std::move(object));
  }

  /// @param at moved on by what was taken
  bool add_parts(Json& parts, const csb::Message& message, Place& at) {
    for (; at.block < message.blocks.size(); ++at.block, at.byte = 0) {
      if (left_ == 0) return false;
      const Block& block = message.blocks[static_cast<std::size_t>(at.block)];
      std::string_view text = text_of(block, full_);
      text.remove_prefix(static_cast<std::size_t>(std::min<std::uint64_t>(at.byte, text.size())));
      if (!add_part(parts, block, text, at)) return false;
    }
    return true;
  }

  bool add_part(Json& parts, const Block& block, std::string_view text, Place& at) {
    const bool is_work = block.kind == Block::Kind::tool_use || block.kind == Block::Kind::tool_result;
    const std::size_t wanted = is_work && !full_ ? std::min(text.size(), kShortened) : text.size();
    std::size_t cut = 0;
    const std::string shown = beginning_of(text, std::min(wanted, left_), cut);
    const bool whole = wanted <= left_;
    Json part{{"kind", kind_name(block.kind)}};
    if (!block.tool.empty()) part["tool"] = block.tool;
    if (block.is_error) part["is_error"] = true;
    if (!shown.empty()) part["text"] = shown;
    if (whole && cut > 0) part["bytes_left_out"] = cut;
    parts.push_back(std::move(part));
    at.byte += shown.size();
    left_ -= std::min(left_, shown.size() + kPartBytes);
    return whole;
  }

  bool stop_at(const Place& at) {
    cursor_ = at.block == 0 && at.byte == 0 ? std::to_string(at.message)
                                            : fmt::format("{}:{}:{}", at.message, at.block, at.byte);
    return false;
  }

  Place from_;
  std::uint64_t number_ = 0;
  std::size_t limit_, left_ = kAnswerBytes;
  bool full_;
  Json messages_ = Json::array();
  std::string cursor_;
};

/// From shortly before the message at this offset on: a hit of a search is read with what led to it.
app::MessageVisitor around(std::uint64_t offset, Page& page, const StopFlag& stop) {
  return [&page, &stop, offset, before = std::deque<csb::Message>(), found = false](
             csb::Message& message, const app::MessagePlace& place) mutable {
    stop.check();
    if (found) return page.add(message);
    if (place.offset < offset) {
      before.push_back(std::move(message));
      if (before.size() <= kBefore) return true;
      before.pop_front();
      page.pass_over();
      return true;
    }
    found = true;
    for (const csb::Message& earlier : before)
      if (!page.add(earlier)) return false;
    before.clear();
    return page.add(message);
  };
}

/// A cursor goes before the number of a message.
Place place_of(const Arguments& arguments) {
  const auto cursor = arguments.cursor();
  Place place{std::max<std::uint64_t>(arguments.number("from").value_or(1), 1)};
  if (!cursor.empty())
    place = {cursor[0], cursor.size() > 1 ? cursor[1] : 0, cursor.size() > 2 ? cursor[2] : 0};
  return place;
}

app::ConversationRequest request_of(const Arguments& arguments, const catalogue::Catalogue& catalogue,
                                    const catalogue::Session& session) {
  app::ConversationRequest request;
  request.version = arguments.number("version");
  const std::string subagent = arguments.text("subagent");
  if (subagent.empty()) return request;
  for (const app::Subagent& known : app::subagents_of(catalogue, session))
    if (known.agent_id == subagent) request.path = known.path;
  if (request.path.empty())
    throw Error(ErrorCode::not_found, "the session has no subagent '" + subagent + "'",
                "show lists the subagents of a session");
  return request;
}

}  // namespace

Json read_schema() {
  return object_schema(
      {{"session",
        property("string", "its id, the beginning or end of one (4 or more characters), or its title")},
       {"from", property("integer", "number of the first message, counted from 1; default 1")},
       {"at", property("integer", "instead of from: where a hit of search lies; begins shortly before it")},
       {"limit", property("integer", "how many messages, 1 to 200; default 30")},
       {"full", property("boolean", "calls of tools and their results in full length")},
       {"version", property("integer", "a stored version, as show numbers them; default what is newest")},
       {"subagent", property("string", "one of the session's subagents instead of the session itself")},
       {"cursor", property("string", "next_cursor of the answer before, instead of from")}},
      {"session"});
}

Json read_messages(const app::Settings& settings, const Json& given, const StopFlag& stop) {
  const Arguments arguments(given);
  arguments.only({"session", "from", "at", "limit", "full", "version", "subagent", "cursor"});
  const std::string name = arguments.required_text("session");
  const std::size_t limit = arguments.count("limit", kRead, kMostRead);
  Page page(place_of(arguments), limit, arguments.flag("full"));

  const auto catalogue = app::open_catalogue_for_reading(settings, {});
  const catalogue::Session session = app::resolve_session(catalogue, name);
  const auto conversation =
      app::Conversation::open(settings, catalogue, session, request_of(arguments, catalogue, session));
  const auto offset = arguments.number("at");
  if (offset && arguments.text("cursor").empty()) {
    conversation.read(around(*offset, page, stop));
  } else {
    conversation.read([&](csb::Message& message, const app::MessagePlace&) {
      stop.check();
      return page.add(message);
    });
  }

  Json answer{{"session", session.id.text()}, {"title", session_value(session).value("title", "")}};
  if (conversation.version_number() != 0) answer["version"] = conversation.version_number();
  answer["messages"] = std::move(page.messages());
  if (!page.cursor().empty()) answer["next_cursor"] = page.cursor();
  return answer;
}

}  // namespace csb::cli::mcp
