#include "chats.hpp"
#include "csb/source/claude_ai/import.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

using claude_ai::ChatState;

const char* state_text(const ChatState& state) {
  if (state.status == ChatState::Status::gone) return "deleted";
  return state.status == ChatState::Status::stored ? "here" : "pending";
}

const char* ending_text(claude_ai::SyncResult::Ending ending) {
  using Ending = claude_ai::SyncResult::Ending;
  switch (ending) {
    case Ending::complete:
      return "complete";
    case Ending::key:
      return "key";
    case Ending::blocked:
      return "blocked";
    case Ending::rate_limited:
      return "rate_limited";
    case Ending::out_of_time:
      return "out_of_time";
    case Ending::interrupted:
      return "interrupted";
    case Ending::gave_up:
      return "gave_up";
    case Ending::unreachable:
      return "unreachable";
  }
  return "complete";
}

Json chats_value(const std::vector<claude_ai::NamedChat>& chats) {
  Json array = Json::array();
  for (const claude_ai::NamedChat& chat : chats)
    array.push_back({{"id", chat.uuid}, {"title", chat.name}, {"why", text_or_null(chat.what)}});
  return array;
}

Json chat_value(const app::ListedChat& chat) {
  const ChatState& state = chat.state;
  Json object;
  object["id"] = state.uuid;
  object["title"] = text_or_null(state.name);
  object["state"] = state_text(state);
  object["organization"] = chat.organization;
  object["organization_id"] = state.organization;
  object["project"] = text_or_null(state.project);
  object["created"] = time_or_null(state.created_ns);
  object["updated"] = time_or_null(state.updated_ns);
  object["messages"] = state.messages;
  object["size"] = state.size;
  object["starred"] = state.is_starred;
  object["archived"] = state.is_archived;
  object["why"] = text_or_null(state.error);
  object["path"] = state.path();
  return object;
}

Json stored_value(const app::StoredMirror& stored) {
  if (!stored.tried) return nullptr;
  return {{"complete", stored.complete}, {"why", text_or_null(stored.why)}};
}

const char* role_text(Message::Role role) {
  switch (role) {
    case Message::Role::human:
      return "human";
    case Message::Role::assistant:
      return "assistant";
    default:
      return "system";
  }
}

const char* kind_text(Block::Kind kind) {
  switch (kind) {
    case Block::Kind::text:
      return "text";
    case Block::Kind::thinking:
      return "thinking";
    case Block::Kind::tool_use:
      return "tool_use";
    case Block::Kind::tool_result:
      return "tool_result";
    case Block::Kind::image:
      return "file";
    case Block::Kind::other:
      return "other";
  }
  return "other";
}

}  // namespace

std::string to_json(const app::ChatsSyncResult& result, bool dry_run) {
  const claude_ai::SyncResult& sync = result.sync;
  Json document;
  document["schema"] = "csb.chats-sync/1";
  document["dry_run"] = dry_run;
  document["ending"] = ending_text(sync.ending);
  document["why"] = text_or_null(sync.why);
  document["account"] = text_or_null(sync.account);
  document["organizations"] = sync.organizations;
  document["skipped_organizations"] = sync.skipped_organizations;
  document["listed"] = sync.listed;
  document["listing_complete"] = sync.listing_complete;
  document["unchanged"] = sync.unchanged;
  document["added"] = chats_value(sync.added);
  document["updated"] = chats_value(sync.updated);
  document["deleted"] = chats_value(sync.gone);
  document["failed"] = chats_value(sync.failed);
  document["not_tried"] = sync.not_tried;
  document["files"] = sync.files;
  document["requests"] = sync.requests;
  document["retried"] = sync.retried;
  document["stored"] = stored_value(result.stored);
  document["problems"] = array_of(sync.problems);
  return dump(document);
}

std::string to_json(const app::ChatsImportResult& result, bool dry_run) {
  const claude_ai::ImportResult& import = result.import;
  Json document;
  document["schema"] = "csb.chats-import/1";
  document["dry_run"] = dry_run;
  document["interrupted"] = import.interrupted;
  document["chats"] = import.chats;
  document["added"] = import.added;
  document["updated"] = import.updated;
  document["unchanged"] = import.unchanged;
  document["older"] = import.older;
  document["beside"] = import.beside;
  document["other"] = import.other;
  document["stored"] = stored_value(result.stored);
  document["problems"] = array_of(import.problems);
  return dump(document);
}

std::string to_json(const app::ChatsListResult& result) {
  Json document;
  document["schema"] = "csb.chats-list/1";
  document["matched"] = result.matched;
  document["hidden_deleted"] = result.hidden_deleted;
  document["chats"] = Json::array();
  for (const app::ListedChat& chat : result.chats) document["chats"].push_back(chat_value(chat));
  return dump(document);
}

std::string to_json(const app::ChatsStatusResult& result) {
  Json document;
  document["schema"] = "csb.chats-status/1";
  document["enabled"] = result.enabled;
  document["can_sync"] = result.sync_obstacle.empty();
  document["sync_obstacle"] = text_or_null(result.sync_obstacle);
  document["can_import_zip"] = result.zip_obstacle.empty();
  document["zip_obstacle"] = text_or_null(result.zip_obstacle);
  document["mirror"] = result.mirror;
  document["last_sync"] = time_or_null(result.last.sync_ns);
  document["last_outcome"] = text_or_null(result.last.outcome);
  document["last_import"] = time_or_null(result.last.import_ns);
  document["organizations"] = Json::array();
  for (const claude_ai::OrganizationState& known : result.organizations)
    document["organizations"].push_back({{"id", known.uuid},
                                         {"name", known.name},
                                         {"present", known.is_present},
                                         {"full_listing", time_or_null(known.full_listing_ns)}});
  document["chats"] = result.stored;
  document["deleted"] = result.gone;
  document["messages"] = result.messages;
  document["bytes"] = result.bytes;
  document["pending"] = Json::array();
  for (const app::ListedChat& chat : result.pending) document["pending"].push_back(chat_value(chat));
  return dump(document);
}

std::string chat_json_begin(const app::FoundChat& chat) {
  Json document;
  document["schema"] = "csb.chats-show/1";
  document["chat"] = chat_value(chat.chat);
  std::string text = dump(document);
  text.resize(text.rfind('}'));
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text + ",\n  \"messages\": [";
}

std::string chat_json_message(const Message& message, bool first) {
  Json object;
  object["id"] = text_or_null(message.uuid);
  object["parent"] = text_or_null(message.parent_uuid);
  object["role"] = role_text(message.role);
  object["time"] = time_or_null(message.time_ns);
  object["blocks"] = Json::array();
  for (const Block& block : message.blocks)
    object["blocks"].push_back({{"kind", kind_text(block.kind)},
                                {"text", block.text},
                                {"tool", text_or_null(block.tool)},
                                {"input", text_or_null(block.input)},
                                {"error", block.is_error}});
  return (first ? "\n    " : ",\n    ") + object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string chat_json_end() { return "\n  ]\n}\n"; }

std::string restored_json(const app::FoundChat& chat, const std::string& path, const std::string& format) {
  Json document;
  document["schema"] = "csb.chats-restore/1";
  document["id"] = chat.chat.state.uuid;
  put_path(document, "path", path);
  document["format"] = format;
  return dump(document);
}

}  // namespace csb::cli
