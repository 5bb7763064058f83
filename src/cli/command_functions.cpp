#include "command_functions.hpp"

#include <unistd.h>

#include "csb/app/open_catalogue.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {

Screen screen_of(const Call& call) {
  return {terminal_columns(STDOUT_FILENO), paint_for(STDOUT_FILENO, call.global.color), now_ns()};
}

catalogue::Catalogue open_catalogue(const Call& call, const app::Settings& settings) {
  return app::open_catalogue_for_reading(settings,
                                         [&](const std::string& said) { call.messages.note(said); });
}

std::optional<catalogue::Catalogue> catalogue_if_any(const Call& call, const app::Settings& settings) {
  try {
    return open_catalogue(call, settings);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found || !settings.store_is_default) throw;
    return std::nullopt;
  }
}

std::int64_t time_argument(std::string_view option, const std::string& text) {
  if (const auto time = parse_time(text, now_ns())) return *time;
  throw Error(
      ErrorCode::usage, std::string(option) + ": '" + text + "' is no time",
      "for example 2026-11-20, \"2026-11-20 13:00\", 2026-11-20T12:00:00Z, yesterday, 3d, \"2h ago\"");
}

}  // namespace csb::cli
