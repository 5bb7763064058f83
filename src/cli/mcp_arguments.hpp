#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/catalogue/catalogue.hpp"

namespace csb::cli::mcp {

using Json = nlohmann::ordered_json;

/// The arguments of one call, taken by name. Every method throws Error{usage}, which says to the model what
/// is wrong, for a value of another type.
class Arguments {
 public:
  explicit Arguments(const Json& object) : object_(object) {}

  /// Refuses names that are not among these: a misspelt one would silently not count.
  void only(std::initializer_list<std::string_view> names) const;
  [[nodiscard]] std::string text(std::string_view name) const;  ///< empty when not given
  [[nodiscard]] std::string required_text(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
  /// The same, from 1 to `most`.
  [[nodiscard]] std::size_t count(std::string_view name, std::size_t by_default, std::size_t most) const;
  [[nodiscard]] bool flag(std::string_view name) const;
  [[nodiscard]] std::string choice(std::string_view name,
                                   std::initializer_list<std::string_view> values) const;
  /// As a person types times.
  [[nodiscard]] std::optional<std::int64_t> time(std::string_view name) const;
  /// Space-separated words.
  [[nodiscard]] std::vector<std::string> words(std::string_view name) const;
  /// One of the numbers of a cursor this server gave ("12:340"), each below 2^53. Empty when not given.
  [[nodiscard]] std::vector<std::uint64_t> cursor() const;

 private:
  [[nodiscard]] const Json* find(std::string_view name) const;
  const Json& object_;
};

/// A property of a schema.
[[nodiscard]] Json property(std::string_view type, std::string_view description);
[[nodiscard]] Json choice_property(std::initializer_list<std::string_view> values,
                                   std::string_view description);
/// The schema of an object with these properties and no others.
[[nodiscard]] Json object_schema(Json properties, std::initializer_list<std::string_view> required);

/// At most `bytes` of `text`, never half a character. `cut` is set to how many bytes were left out.
[[nodiscard]] std::string beginning_of(std::string_view text, std::size_t bytes, std::size_t& cut);

/// What all answers say of a session.
[[nodiscard]] Json session_value(const catalogue::Session& session);

}  // namespace csb::cli::mcp
