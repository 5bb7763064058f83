#pragma once

#include <string>
#include <string_view>
#include <vector>

/// csb's hooks in the text of the client's settings.json (hooks/README.md explains them). Every function
/// takes a text that is_json_object() and keeps each byte it does not mean to change.
namespace csb::claude_code {

/// The events csb wants to be called at, in the order they are written.
[[nodiscard]] const std::vector<std::string>& hooked_events();

/// The events at which the settings call csb.
[[nodiscard]] std::vector<std::string> installed_hooks(std::string_view text);

/// The settings with csb's hooks: put in where they are missing, brought up to date where they differ.
/// @param program the absolute path of csb. @throws Error{failed} when "hooks" has another shape
[[nodiscard]] std::string with_hooks(std::string_view text, const std::string& program);

/// The settings without csb's hooks, and without what is then empty.
[[nodiscard]] std::string without_hooks(std::string_view text);

/// Whether the plugin is enabled ("csb@<marketplace>": true), whose hooks need no others.
[[nodiscard]] bool is_plugin_enabled(std::string_view text);

}  // namespace csb::claude_code
