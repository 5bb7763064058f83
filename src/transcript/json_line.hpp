#pragma once

#include <simdjson.h>

#include <functional>
#include <string>
#include <string_view>

namespace csb::transcript {

namespace ondemand = simdjson::ondemand;

/// Reads lines as JSON objects. Only what the visitor reads is checked in full; of the rest, that its
/// strings end, its brackets balance and its text is UTF-8. Nothing recurses, however deep a line nests.
/// A full parse (simdjson's DOM) costs 1.4 times as much. It finds no torn row more, but other damage in
/// fields that are skipped: {"a":{"b":tru}} passes here.
class JsonLineReader {
 public:
  /// Reads the object's fields. May run twice for one line (see read()), so it starts afresh each time.
  using Visit = std::function<simdjson::error_code(ondemand::object&)>;

  /// @param line with kLinePadding readable bytes behind it; a byte order mark before it is skipped. When its
  /// text is not Unicode (invalid
  ///        UTF-8, half a surrogate pair) a repaired copy is read instead.
  /// @return false when the line is not one JSON object. Views that the visitor took stay valid until
  ///         the next call, while `line` lives.
  [[nodiscard]] bool read(std::string_view line, const Visit& visit);
  /// Gives back what a huge line took. Views that the visitor took are gone.
  void release();

 private:
  simdjson::error_code read_once(std::string_view line, const Visit& visit);
  void make_room(std::size_t length);

  ondemand::parser parser_;
  std::string repaired_;
};

/// A field's name, as written (escapes are not resolved: the client writes none in names).
[[nodiscard]] std::string_view name_of(ondemand::field& field);

/// The text of a string. @return INCORRECT_TYPE, with `out` untouched, for any other value.
[[nodiscard]] simdjson::error_code read_text(ondemand::value& value, std::string_view& out);

/// Whether `value` is `true`.
[[nodiscard]] bool is_true(ondemand::value& value);

/// For fields that may be of any type: INCORRECT_TYPE is no fault of the row.
[[nodiscard]] inline simdjson::error_code optional(simdjson::error_code error) {
  return error == simdjson::INCORRECT_TYPE ? simdjson::SUCCESS : error;
}

/// Calls visit(name, value) → error_code for each field of `object`, until one fails.
template <class Visit>
[[nodiscard]] simdjson::error_code for_each_field(ondemand::object& object, const Visit& visit) {
  for (auto entry : object) {
    ondemand::field field;
    if (const auto error = std::move(entry).get(field)) return error;
    const std::string_view name = name_of(field);
    if (const auto error = optional(visit(name, field.value()))) return error;
  }
  return simdjson::SUCCESS;
}

/// Calls visit(name, value) for each field when `value` is an object; else INCORRECT_TYPE.
template <class Visit>
[[nodiscard]] simdjson::error_code for_each_field(ondemand::value& value, const Visit& visit) {
  ondemand::object object;
  if (const auto error = value.get_object().get(object)) return error;
  return for_each_field(object, visit);
}

/// Calls visit(element) → error_code for each element when `value` is an array; else INCORRECT_TYPE.
template <class Visit>
[[nodiscard]] simdjson::error_code for_each_element(ondemand::value& value, const Visit& visit) {
  ondemand::array array;
  if (const auto error = value.get_array().get(array)) return error;
  for (auto entry : array) {
    ondemand::value element;
    // NOLINTNEXTLINE(performance-move-const-arg): get() is there for temporaries alone
    if (const auto error = std::move(entry).get(element)) return error;
    if (const auto error = optional(visit(element))) return error;
  }
  return simdjson::SUCCESS;
}

}  // namespace csb::transcript
