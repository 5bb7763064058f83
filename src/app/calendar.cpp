#include "calendar.hpp"

#include <fmt/format.h>

#include <charconv>

#include "csb/util/clock.hpp"

namespace csb::app {
namespace {

constexpr std::int64_t kDaysPerEra = 146'097;  // of 400 years
constexpr std::int64_t kToEpoch = 719'468;     // from 0000-03-01

struct Civil {
  std::int64_t year = 0;
  unsigned month = 0, day = 0;
};

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

/// H. Hinnant, "chrono-compatible low-level date algorithms": years begin in March.
std::int64_t days_from_civil(Civil date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = floor_div(year, 400);
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year =
      (153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
  return era * kDaysPerEra + of_era * 365 + of_era / 4 - of_era / 100 + of_year - kToEpoch;
}

Civil civil_from_days(std::int64_t day) {
  day += kToEpoch;
  const std::int64_t era = floor_div(day, kDaysPerEra);
  const std::int64_t of_era = day - era * kDaysPerEra;
  const std::int64_t year = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  Civil date;
  date.day = static_cast<unsigned>(of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<unsigned>(month < 10 ? month + 3 : month - 9);
  date.year = year + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

template <typename T>
bool parse(std::string_view digits, T& value) {
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return error == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

std::optional<std::int64_t> day_number(std::string_view date) {
  Civil civil;
  if (date.size() != 10 || date[4] != '-' || date[7] != '-' || !parse(date.substr(0, 4), civil.year) ||
      !parse(date.substr(5, 2), civil.month) || !parse(date.substr(8, 2), civil.day))
    return std::nullopt;
  const std::int64_t day = days_from_civil(civil);
  return date_of(day) == date ? std::optional(day) : std::nullopt;
}

std::string date_of(std::int64_t day) {
  const Civil date = civil_from_days(day);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

int weekday_of(std::int64_t day) {
  return static_cast<int>(day + 3 - floor_div(day + 3, 7) * 7);  // 1970-01-01 was a Thursday
}

std::int64_t week_start(std::int64_t day) { return day - weekday_of(day); }

std::string iso_week(std::int64_t day) {
  const std::int64_t thursday = week_start(day) + 3;
  const std::int64_t year = civil_from_days(thursday).year;
  const std::int64_t first = days_from_civil({year, 1, 1});
  return fmt::format("{:04}-W{:02}", year, (thursday - first) / 7 + 1);
}

LocalHour local_hour(std::int64_t ns) {
  const std::string text = format_local(ns);  // "2026-11-20 13:00"
  LocalHour local;
  local.day = day_number(std::string_view(text).substr(0, 10)).value_or(0);
  if (text.size() < 13 || !parse(std::string_view(text).substr(11, 2), local.hour)) local.hour = 0;
  return local;
}

}  // namespace csb::app
