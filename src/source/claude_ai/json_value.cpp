#include "json_value.hpp"

#include <charconv>
#include <utility>

#include "json_scanner.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxValues = 200'000;

class Builder : public JsonHandler {
 public:
  explicit Builder(const JsonScanner& scanner) : scanner_(scanner) {}

  void begin(bool is_object) override {
    JsonValue value;
    value.kind = is_object ? JsonValue::Kind::object : JsonValue::Kind::array;
    value.begin = static_cast<std::size_t>(scanner_.offset());
    open_.push_back({std::move(value), std::move(name_)});
    name_.clear();
  }
  void end() override {
    auto [value, name] = std::move(open_.back());
    open_.pop_back();
    value.end = static_cast<std::size_t>(scanner_.offset()) + 1;
    name_ = std::move(name);
    add(std::move(value));
  }
  void key(std::string_view name) override { name_ = name; }
  void text_begin() override { text_.clear(); }
  void text(std::string_view piece) override { text_ += piece; }
  void text_end() override {
    JsonValue value;
    value.kind = JsonValue::Kind::text;
    value.text = std::move(text_);
    add(std::move(value));
  }
  void scalar(std::string_view token) override {
    JsonValue value;
    value.kind = token == "null"                       ? JsonValue::Kind::null
                 : token == "true" || token == "false" ? JsonValue::Kind::boolean
                                                       : JsonValue::Kind::number;
    value.text = token;
    add(std::move(value));
  }

  [[nodiscard]] bool too_many() const { return count_ > kMaxValues; }
  JsonValue top;

 private:
  void add(JsonValue value) {
    if (++count_ > kMaxValues) return;
    if (open_.empty()) {
      top = std::move(value);
    } else if (open_.back().first.is_object()) {
      open_.back().first.members.push_back({std::move(name_), std::move(value)});
    } else {
      open_.back().first.items.push_back(std::move(value));
    }
    name_.clear();
  }

  const JsonScanner& scanner_;
  std::vector<std::pair<JsonValue, std::string>> open_;  ///< with the name each will have
  std::string name_, text_;
  std::size_t count_ = 0;
};

}  // namespace

const JsonValue* JsonValue::find(std::string_view name) const {
  for (auto member = members.rbegin(); member != members.rend(); ++member)
    if (member->name == name) return &member->value;
  return nullptr;
}

std::string JsonValue::text_of(std::string_view name) const {
  const JsonValue* value = find(name);
  return value != nullptr && value->kind == Kind::text ? value->text : std::string();
}

bool JsonValue::is_true(std::string_view name) const {
  const JsonValue* value = find(name);
  return value != nullptr && value->kind == Kind::boolean && value->text == "true";
}

std::optional<std::uint64_t> JsonValue::number_of(std::string_view name) const {
  const JsonValue* value = find(name);
  if (value == nullptr || value->kind != Kind::number) return std::nullopt;
  std::uint64_t number = 0;
  const char* const last = value->text.data() + value->text.size();
  const auto [stop, error] = std::from_chars(value->text.data(), last, number);
  return error == std::errc() && stop == last ? std::optional(number) : std::nullopt;
}

std::optional<JsonValue> parse_json(std::string_view json, std::string& why) {
  // Scanner and builder refer to each other: the builder gets a scanner that is made right after.
  struct Pair {
    Builder builder{scanner};
    JsonScanner scanner{builder};
  } pair;
  pair.scanner.feed(json);
  if (!pair.scanner.finish()) return why = pair.scanner.error(), std::nullopt;
  if (pair.builder.too_many()) return why = "it holds too many values", std::nullopt;
  return std::move(pair.builder.top);
}

}  // namespace csb::claude_ai
