#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Where the parts of valid JSON text are. Nothing here checks: the text has passed is_json_object().
namespace csb::claude_code {

struct JsonSpan {
  std::size_t begin = 0, end = 0;
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, end - begin); }
};

/// A member or an element.
struct JsonItem {
  std::string key;  ///< decoded; empty for an element
  JsonSpan name;    ///< with its quotes; empty, at the value, for an element
  JsonSpan value;
};

struct JsonContainer {
  JsonSpan whole;  ///< with its brackets
  bool is_object = false;
  std::vector<JsonItem> items;

  /// The last member of that name, as in JavaScript.
  [[nodiscard]] const JsonItem* find(std::string_view key) const;
};

/// Where the outermost value begins: after a byte order mark and spaces.
[[nodiscard]] std::size_t json_begin(std::string_view text);
[[nodiscard]] std::size_t skip_json_space(std::string_view text, std::size_t at);
/// The end of the value that begins at `at`, however deep it is.
[[nodiscard]] std::size_t end_of_json_value(std::string_view text, std::size_t at);
/// The object or array at `at`; nothing when there is a value of another kind.
[[nodiscard]] std::optional<JsonContainer> read_json_container(std::string_view text, std::size_t at);

}  // namespace csb::claude_code
