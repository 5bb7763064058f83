#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "mcp_stop.hpp"

namespace csb::cli::mcp {

using Json = nlohmann::ordered_json;

/// One question a model may ask. None of them writes anything outside csb's own catalogue.
struct Tool {
  std::string_view name, title, description;
  Json (*schema)();  ///< of its arguments
  /// @return the answer, of bounded size. @throws Error, Stopped
  Json (*call)(const app::Settings& settings, const Json& arguments, const StopFlag& stop);
};

[[nodiscard]] const std::vector<Tool>& tools();

/// About how much text one answer holds: what a client still shows a model in full.
inline constexpr std::size_t kAnswerBytes = 24'000;

[[nodiscard]] Json search_schema();
[[nodiscard]] Json search_archive(const app::Settings& settings, const Json& arguments, const StopFlag& stop);
[[nodiscard]] Json list_schema();
[[nodiscard]] Json list_sessions(const app::Settings& settings, const Json& arguments, const StopFlag& stop);
[[nodiscard]] Json show_schema();
[[nodiscard]] Json show_session(const app::Settings& settings, const Json& arguments, const StopFlag& stop);
[[nodiscard]] Json read_schema();
[[nodiscard]] Json read_messages(const app::Settings& settings, const Json& arguments, const StopFlag& stop);

}  // namespace csb::cli::mcp
