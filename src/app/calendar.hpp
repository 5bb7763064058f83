#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace csb::app {

/// Days since 1970-01-01 of "2026-11-20". @return nothing for anything else
[[nodiscard]] std::optional<std::int64_t> day_number(std::string_view date);
/// And back.
[[nodiscard]] std::string date_of(std::int64_t day);
/// 0 = Monday.
[[nodiscard]] int weekday_of(std::int64_t day);
/// The Monday of its week.
[[nodiscard]] std::int64_t week_start(std::int64_t day);
/// "2026-W47", by ISO 8601: a week belongs to the year that has its Thursday.
[[nodiscard]] std::string iso_week(std::int64_t day);

/// The day in the person's own timezone. Remembers what it worked out: times come close to each other.
/// @return day number and hour
struct LocalHour {
  std::int64_t day = 0;
  int hour = 0;
};
[[nodiscard]] LocalHour local_hour(std::int64_t ns);

}  // namespace csb::app
