#include "csb/source/claude_ai/documents.hpp"

#include "chat_builder.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_ai/mirror_policy.hpp"
#include "json_value.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kUuidLength = 36;

using Visit = std::function<bool(const Document&)>;

/// Whoever visits may have enough.
class Reader {
 public:
  explicit Reader(const Visit& visit) : visit_(visit) {}

  void read(const JsonValue& top) {
    if (top.is_array()) return documents(top);
    const std::string id = top.text_of("uuid");
    const std::string updated = top.text_of("updated_at");
    tell({Document::Kind::description, id + ":description", "", top.text_of("description"),
          chat_time(updated)});
    tell({Document::Kind::instructions, id + ":instructions", "", top.text_of("prompt_template"),
          chat_time(updated)});
    if (const JsonValue* docs = top.find("docs")) documents(*docs);
    for (const char* name : {"memory", "conversations_memory", "project_memories", "memory_files"})
      if (const JsonValue* found = top.find(name)) memory(*found, name);
  }

 private:
  void documents(const JsonValue& list) {
    for (const JsonValue& item : list.items) {
      std::string name = item.text_of("file_name"), id = item.text_of("uuid");
      if (name.empty()) name = item.text_of("filename");  // exports
      if (id.empty()) id = "document " + name;
      tell({Document::Kind::document, std::move(id), std::move(name), item.text_of("content"),
            chat_time(item.text_of("created_at"))});
    }
  }

  /// A text, or texts at any depth: by project, by file. Where each stands is its id.
  void memory(const JsonValue& value, const std::string& place) {
    if (value.kind == JsonValue::Kind::text) tell({Document::Kind::memory, place, "", value.text, 0});
    for (std::size_t i = 0; i < value.items.size(); ++i)
      memory(value.items[i], place + "/" + std::to_string(i));
    for (const JsonMember& member : value.members) memory(member.value, place + "/" + member.name);
  }

  void tell(const Document& document) {
    if (!document.text.empty() && !enough_) enough_ = !visit_(document);
  }

  const Visit& visit_;
  bool enough_ = false;
};

}  // namespace

std::optional<SessionId> document_owner(std::string_view path) {
  if (classify(path) != PathClass::noise) return std::nullopt;
  const std::string_view name = base_name(path), folder = base_name(parent_path(path));
  if (name == "memory.json") return SessionId::parse(folder);
  const bool is_list = name.ends_with(".files.json");
  if (is_list || (folder != "projects" && folder != "memories")) return std::nullopt;
  return SessionId::parse(name.substr(0, kUuidLength));
}

bool read_documents(std::string_view json, const Visit& visit) {
  std::string why;
  const auto top = json.size() > kMaxDocumentFile ? std::nullopt : parse_json(json, why);
  if (top) Reader(visit).read(*top);
  return top.has_value();
}

std::string project_name(std::string_view json) {
  std::string why;
  const auto top = json.size() > kMaxDocumentFile ? std::nullopt : parse_json(json, why);
  return top && top->is_object() ? top->text_of("name") : std::string();
}

}  // namespace csb::claude_ai
