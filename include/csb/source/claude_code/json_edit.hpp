#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Small changes to JSON text that a person keeps by hand: one member is put in, replaced or taken out, and
/// every other byte stays, with what is new written the way the rest is (indentation, line ends, spaces).
/// Every function takes a whole document that is_json_object(); what comes out is one again.
namespace csb::claude_code {

/// One step into a document: a member of an object, or an element of an array.
struct JsonStep {
  JsonStep(const char* name) : key(name) {}             // NOLINT: reads like a path
  JsonStep(std::string name) : key(std::move(name)) {}  // NOLINT
  JsonStep(std::size_t position) : index(position) {}   // NOLINT
  std::string key;
  std::optional<std::size_t> index;
};
using JsonPath = std::vector<JsonStep>;

/// Strict JSON (no comments, no trailing commas) whose outermost value is an object. A byte order mark is
/// accepted, as the client does.
[[nodiscard]] bool is_json_object(std::string_view text);

/// The text of the value at a path, as it is written. Of members with one name the last counts, as in
/// JavaScript. Nothing when there is none.
[[nodiscard]] std::optional<std::string> json_at(std::string_view text, const JsonPath& path);

/// How many elements or members the container at a path has; nothing when there is no container.
[[nodiscard]] std::optional<std::size_t> json_size(std::string_view text, const JsonPath& path);

/// The value at a path (keys only), replaced or put in last; objects on the way are made where they are
/// missing.
/// @param value JSON text, laid out anew to fit in
/// @throws Error{failed} when something on the way is no object
[[nodiscard]] std::string json_set(std::string_view text, const JsonPath& path, std::string_view value);

/// The array at a path (keys only), made where it is missing, with one more element at its end.
/// @throws Error{failed} when it, or something on the way, is of another kind
[[nodiscard]] std::string json_append(std::string_view text, const JsonPath& path, std::string_view value);

/// The document without the member or element at a path (all members of that name); as it was when there is
/// none.
[[nodiscard]] std::string json_remove(std::string_view text, const JsonPath& path);

/// Whether two JSON texts mean the same.
[[nodiscard]] bool same_json(std::string_view a, std::string_view b);

}  // namespace csb::claude_code
