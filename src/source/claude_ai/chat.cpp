#include "csb/source/claude_ai/chat.hpp"

#include <algorithm>
#include <utility>

#include "chat_builder.hpp"
#include "csb/util/fd.hpp"
#include "json_scanner.hpp"

namespace csb::claude_ai {
namespace {

/// Where in a chat's JSON the scanner is.
enum class Place : std::uint8_t {
  outside,
  skipped,
  chat,
  project,
  account,
  messages,
  message,
  content,
  block,
  input,
  result,
  result_part,
  attachments,
  attachment,
  files,
  file,
};

constexpr std::size_t kMaxName = 4096;  ///< bytes of what is no running text

}  // namespace

/// Turns the scanner's events into what the builder wants to know.
struct ChatReader::State : JsonHandler {
  explicit State(std::function<void(const Message&)> visit) : builder(std::move(visit)) {}

  void begin(bool is_object) override {
    const Place place = child(is_object);
    if (place == Place::message) builder.begin_message();
    if (place == Place::block) builder.begin_block();
    if (place == Place::attachment || place == Place::file) builder.begin_file();
    if (place == Place::messages) builder.facts.has_messages = true;
    if (place == Place::chat) whole = true;
    if (place == Place::input && builder.wants_text())
      scanner.begin_raw([this](std::string_view bytes) { builder.add_input(bytes); });
    places.push_back(place);
    name.clear();
  }

  void end() override {
    const Place place = places.back();
    places.pop_back();
    if (place == Place::input && builder.wants_text()) scanner.end_raw();
    if (place == Place::message) builder.end_message();
    if (place == Place::block) builder.end_block();
    if (place == Place::attachment) builder.end_attachment();
    if (place == Place::file) builder.end_file();
    name.clear();
  }

  void key(std::string_view text) override { name = text; }

  void text_begin() override {
    target = text_target();
    if (target != nullptr) target->clear();
    limit = is_running_text() ? builder.text_limit() : kMaxName;
  }
  void text(std::string_view piece) override {
    if (target != nullptr) target->append(piece.substr(0, limit - std::min(limit, target->size())));
  }
  void text_end() override {
    if (target != nullptr) close_text();
    target = nullptr;
  }

  void scalar(std::string_view token) override {
    const bool is_true = token == "true";
    const Place place = here();
    if (place == Place::chat) {
      if (name == "is_starred") builder.facts.is_starred = is_true;
      if (name == "is_archived") builder.facts.is_archived = is_true;
      note_api(name);
    }
    if (place == Place::block && name == "is_error") builder.block.is_error = is_true;
  }

  [[nodiscard]] Place here() const { return places.empty() ? Place::outside : places.back(); }

  [[nodiscard]] Place child(bool is_object) const {
    switch (here()) {
      case Place::outside:
        return is_object ? Place::chat : Place::skipped;
      case Place::chat:
        if (!is_object) return name == "chat_messages" ? Place::messages : Place::skipped;
        return name == "project" ? Place::project : name == "account" ? Place::account : Place::skipped;
      case Place::messages:
        return is_object ? Place::message : Place::skipped;
      case Place::message:
        if (is_object) return Place::skipped;
        if (name == "content") return Place::content;
        return name == "attachments" ? Place::attachments : name == "files" ? Place::files : Place::skipped;
      case Place::content:
        return is_object ? Place::block : Place::skipped;
      case Place::block:
        if (name == "input") return Place::input;
        return name == "content" && !is_object ? Place::result : Place::skipped;
      case Place::result:
        return is_object ? Place::result_part : Place::skipped;
      case Place::attachments:
        return is_object ? Place::attachment : Place::skipped;
      case Place::files:
        return is_object ? Place::file : Place::skipped;
      default:
        return Place::skipped;
    }
  }

  /// Only an API's answer says which message is the last of the branch shown, and which settings were on.
  void note_api(std::string_view member) {
    if (member == "current_leaf_message_uuid" || member == "is_starred") builder.facts.is_from_api = true;
  }

  std::string* text_target() {
    switch (here()) {
      case Place::chat:
        note_api(name);
        return chat_text();
      case Place::project:
        return name == "name" ? &builder.facts.project_name : nullptr;
      case Place::account:
        return name == "uuid" ? &builder.facts.account_uuid : nullptr;
      case Place::message:
        return message_text();
      case Place::block:
        return block_text();
      case Place::input:
        return &builder.input_text;
      case Place::result_part:
        return name == "text" ? &builder.part : nullptr;
      case Place::attachment:
      case Place::file:
        return file_text();
      default:
        return nullptr;
    }
  }

  std::string* chat_text() {
    ChatFacts& facts = builder.facts;
    if (name == "uuid") return &facts.uuid;
    if (name == "name") return &facts.name;
    if (name == "summary") return &facts.summary;
    if (name == "model") return &facts.model;
    if (name == "project_uuid") return &facts.project_uuid;
    if (name == "current_leaf_message_uuid") return &facts.leaf_uuid;
    if (name == "created_at" || name == "updated_at") return &scratch;
    return nullptr;
  }

  std::string* message_text() {
    if (name == "uuid") return &builder.message.uuid;
    if (name == "parent_message_uuid") return &builder.message.parent_uuid;
    if (name == "sender") return &builder.sender;
    if (name == "text") return &builder.plain_text;
    if (name == "created_at") return &scratch;
    return nullptr;
  }

  std::string* block_text() {
    if (name == "type") return &builder.type;
    if (name == "text" || name == "thinking" || name == "content") return &builder.part;
    if (name == "name") return &builder.block.tool;
    if (name == "id" || name == "tool_use_id") return &builder.block.tool_id;
    return nullptr;
  }

  std::string* file_text() {
    if (name == "file_name") return &builder.file.name;
    if (name == "file_kind") return &builder.file.kind;
    if (name == "file_uuid") return &builder.file.uuid;
    if (name == "extracted_content") return &builder.extracted;
    return nullptr;
  }

  [[nodiscard]] bool is_running_text() const {
    return target == &builder.plain_text || target == &builder.part || target == &builder.extracted;
  }

  void close_text() {
    cut_partial_character(*target);
    if (target == &scratch) {
      const std::int64_t ns = chat_time(scratch);
      if (here() == Place::message) builder.message.time_ns = ns;
      if (here() == Place::chat)
        (name == "created_at" ? builder.facts.created_ns : builder.facts.updated_ns) = ns;
    }
    if (target == &builder.part) builder.end_part();
    if (target == &builder.input_text) builder.end_input_text(name);
  }

  ChatBuilder builder;
  JsonScanner scanner{*this};
  std::vector<Place> places;
  std::string name;     ///< of the member that comes
  std::string scratch;  ///< a time
  std::string* target = nullptr;
  std::size_t limit = 0;
  bool whole = false;  ///< the top is an object
};

ChatReader::ChatReader(std::function<void(const Message&)> visit)
    : state_(std::make_unique<State>(std::move(visit))) {}
ChatReader::~ChatReader() = default;
ChatReader::ChatReader(ChatReader&&) noexcept = default;
ChatReader& ChatReader::operator=(ChatReader&&) noexcept = default;

void ChatReader::feed(std::span<const std::byte> bytes) { (void)state_->scanner.feed(as_text(bytes)); }

ChatFacts ChatReader::finish() {
  State& state = *state_;
  const bool good = state.scanner.finish();
  if (state.target != nullptr) cut_partial_character(*state.target);  // it ended within a text
  ChatFacts facts = state.builder.finish();
  facts.is_complete = good && state.whole;
  if (!facts.is_complete) facts.error = good ? "it is no JSON object" : state.scanner.error();
  return facts;
}

ChatFacts read_chat(std::string_view bytes, std::function<void(const Message&)> visit) {
  ChatReader reader(std::move(visit));
  reader.feed(as_bytes(bytes));
  return reader.finish();
}

bool ChatFacts::has_all_messages_of(const ChatFacts& other) const {
  return std::includes(message_ids.begin(), message_ids.end(), other.message_ids.begin(),
                       other.message_ids.end());
}

}  // namespace csb::claude_ai
