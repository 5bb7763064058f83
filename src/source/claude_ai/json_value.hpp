#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace csb::claude_ai {

struct JsonMember;

/// A small JSON document, whole in memory: what the service answers but for chats. Nesting and the number of
/// values are bounded.
struct JsonValue {
  enum class Kind { null, boolean, number, text, array, object };
  Kind kind = Kind::null;
  std::string text;  ///< of a text: decoded; of other scalars: as written
  std::vector<JsonValue> items;
  std::vector<JsonMember> members;
  std::size_t begin = 0, end = 0;  ///< of an array or object: where it lies in the document

  [[nodiscard]] bool is_array() const noexcept { return kind == Kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind == Kind::object; }
  /// The member by that name (the last, as JavaScript has it); nullptr when there is none.
  [[nodiscard]] const JsonValue* find(std::string_view name) const;
  /// A member's text; empty when there is none, or it is no text.
  [[nodiscard]] std::string text_of(std::string_view name) const;
  [[nodiscard]] bool is_true(std::string_view name) const;
  /// A member that is a whole number.
  [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view name) const;
};

struct JsonMember {
  std::string name;
  JsonValue value;
};

/// @return nothing when `json` is no JSON, or holds too many values; `why` says so
[[nodiscard]] std::optional<JsonValue> parse_json(std::string_view json, std::string& why);

}  // namespace csb::claude_ai
