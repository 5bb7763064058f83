#include <algorithm>
#include <map>

#include "csb/app/chats.hpp"
#include "csb/source/claude_ai/import.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using claude_ai::ChatState;
using claude_ai::Mirror;

using Names = std::map<std::string, std::string>;  ///< of organizations, by UUID

Names names_of(const Mirror& mirror) {
  Names names;
  for (const claude_ai::OrganizationState& known : mirror.organizations()) names[known.uuid] = known.name;
  return names;
}

ListedChat listed(ChatState state, const Names& names) {
  const auto name = names.find(state.organization);
  ListedChat chat;
  chat.organization = name == names.end() || name->second.empty() ? state.organization : name->second;
  chat.state = std::move(state);
  return chat;
}

bool matches(const ListedChat& chat, const std::vector<std::string>& words) {
  const std::string text = ascii_lower(chat.state.name + "\n" + chat.state.uuid + "\n" + chat.state.project +
                                       "\n" + chat.organization);
  return std::all_of(words.begin(), words.end(), [&](const std::string& word) {
    return text.find(ascii_lower(word)) != std::string::npos;
  });
}

}  // namespace

ChatsListResult chats_list(const Settings& settings, const ChatsQuery& query) {
  ChatsListResult result;
  const auto mirror = Mirror::open_for_reading(settings.mirror());
  if (!mirror) return result.no_mirror = true, result;
  const Names names = names_of(*mirror);
  for (ChatState& state : mirror->chats()) {
    const bool is_gone = state.status == ChatState::Status::gone;
    if (query.deleted_only && !is_gone) continue;
    ListedChat chat = listed(std::move(state), names);
    if (!matches(chat, query.words)) continue;
    if (is_gone && !query.deleted_too && !query.deleted_only) {
      ++result.hidden_deleted;
      continue;
    }
    ++result.matched;
    if (!query.limit || result.chats.size() < *query.limit) result.chats.push_back(std::move(chat));
  }
  return result;
}

ChatsStatusResult chats_status(const Settings& settings) {
  ChatsStatusResult result;
  result.enabled = settings.chats.enabled;
  result.sync_obstacle = claude_ai::sync_obstacle();
  result.zip_obstacle = claude_ai::zip_obstacle();
  result.mirror = settings.mirror();
  const auto mirror = Mirror::open_for_reading(settings.mirror());
  if (!mirror) return result.no_mirror = true, result;
  result.last = mirror->last_run();
  result.organizations = mirror->organizations();
  const Names names = names_of(*mirror);
  for (ChatState& state : mirror->chats()) {
    if (state.size > 0) ++result.stored;
    if (state.status == ChatState::Status::gone) ++result.gone;
    result.bytes += state.size;
    result.messages += state.messages;
    if (state.status == ChatState::Status::pending) result.pending.push_back(listed(std::move(state), names));
  }
  return result;
}

FoundChat find_chat(const Settings& settings, const std::string& id) {
  const auto mirror = Mirror::open_for_reading(settings.mirror());
  std::vector<ChatState> found;
  const std::string wanted = ascii_lower(id);
  if (mirror && !wanted.empty()) found = mirror->chats_beginning(wanted, 10);
  if (found.empty())
    throw Error(ErrorCode::not_found, "there is no chat '" + id + "'", "'csb chats list' lists them");
  if (found.size() > 1) {
    std::string candidates;
    for (const ChatState& state : found) candidates += "\n" + state.uuid + "  " + printable(state.name);
    throw Error(ErrorCode::ambiguous, "'" + id + "' is the beginning of several chats",
                "one of these:" + candidates);
  }
  FoundChat chat{listed(std::move(found.front()), names_of(*mirror)), {}};
  chat.file = settings.mirror() + "/" + chat.chat.state.path();
  return chat;
}

claude_ai::ChatFacts read_found_chat(const FoundChat& chat, std::function<void(const Message&)> visit) {
  auto facts = claude_ai::read_chat_file(chat.file, std::move(visit));
  if (!facts)
    throw Error(ErrorCode::not_found, "the chat " + chat.chat.state.uuid + " is not in the mirror",
                chat.chat.state.error.empty() ? "'csb chats sync' fetches it" : chat.chat.state.error);
  if (!facts->is_complete)
    throw Error(ErrorCode::failed, "'" + chat.file + "' is damaged: " + facts->error,
                "'csb chats sync --full' fetches it again; the store has its earlier versions");
  return std::move(*facts);
}

}  // namespace csb::app
