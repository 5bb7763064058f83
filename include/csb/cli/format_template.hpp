#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/app/session_state.hpp"

namespace csb::cli {

/// The template of `csb list --format`: text, {fields}, "{{" and "}}" for braces, and the escapes \t \n \\.
class FormatTemplate {
 public:
  /// @throws Error{usage} for an unknown field (its hint names all), an open brace or an unknown escape
  explicit FormatTemplate(std::string_view text);

  /// One record. Values are made printable, so they hold no tabs or line breaks of their own.
  [[nodiscard]] std::string format(const app::InspectedSession& session, std::int64_t now) const;

 private:
  struct Part {
    bool is_field = false;
    std::string text;
  };
  std::vector<Part> parts_;
};

/// Every field and what it is, for the help.
[[nodiscard]] const std::vector<std::pair<std::string_view, std::string_view>>& format_fields();

}  // namespace csb::cli
