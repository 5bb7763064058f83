#include "csb/util/clock.hpp"

#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace csb {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;  // in seconds

struct Fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t fraction_ns = 0;
  bool has_time = false;
};

/// A fixed-width decimal number at the front of `text`, which it consumes.
std::optional<int> take_digits(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(width);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Fields> take_date_time(std::string_view& text) {
  Fields f;
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || *month < 1 || *month > 12 || *day < 1 || *day > 31) return std::nullopt;
  f.year = *year, f.month = *month, f.day = *day;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return f;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute || *hour > 24 || *minute > 59) return std::nullopt;
  f.hour = *hour, f.minute = *minute, f.has_time = true;
  if (!take(text, ':')) return f;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return std::nullopt;
  f.second = *second;
  if (take(text, '.')) {
    std::int64_t scale = kNsPerSecond / 10;
    bool any = false;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
      f.fraction_ns += scale * (text.front() - '0');
      scale /= 10;
      any = true;
      text.remove_prefix(1);
    }
    if (!any) return std::nullopt;
  }
  return f;
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar (Hinnant, "chrono-compatible low-level
/// date algorithms").
std::int64_t days_from_civil(std::int64_t y, int m, int d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t yoe = y - era * 400;
  const std::int64_t doy = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const std::int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + doe - 719468;
}

/// Nanoseconds since the epoch; nothing for a time before 1677 or after 2262, which they cannot express.
std::optional<std::int64_t> to_ns(std::int64_t seconds, std::int64_t fraction_ns) {
  std::int64_t ns = 0;
  if (__builtin_mul_overflow(seconds, kNsPerSecond, &ns) || __builtin_add_overflow(ns, fraction_ns, &ns))
    return std::nullopt;
  return ns;
}

/// @param offset seconds by which the clock that was read is ahead of UTC
std::optional<std::int64_t> utc_ns(const Fields& f, std::int64_t offset) {
  const std::int64_t seconds =
      days_from_civil(f.year, f.month, f.day) * kDay + f.hour * kHour + f.minute * kMinute + f.second;
  return to_ns(seconds - offset, f.fraction_ns);
}

std::optional<std::int64_t> local_ns(const Fields& f) {
  std::tm tm{};
  tm.tm_year = f.year - 1900, tm.tm_mon = f.month - 1, tm.tm_mday = f.day;
  tm.tm_hour = f.hour, tm.tm_min = f.minute, tm.tm_sec = f.second, tm.tm_isdst = -1;
  const std::time_t seconds = std::mktime(&tm);
  if (seconds == -1 && f.year != 1969) return std::nullopt;
  return to_ns(static_cast<std::int64_t>(seconds), f.fraction_ns);
}

std::tm local_tm(std::int64_t ns) {
  std::int64_t seconds = ns / kNsPerSecond;
  if (ns % kNsPerSecond < 0) --seconds;
  const std::time_t t = static_cast<std::time_t>(seconds);
  std::tm tm{};
  ::localtime_r(&t, &tm);
  return tm;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

/// "3d", "3 days ago", "90 min": a distance into the past.
std::optional<std::int64_t> parse_distance(std::string_view text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || count < 0 || count > 1'000'000) return std::nullopt;
  text = trim(text.substr(static_cast<std::size_t>(end - text.data())));
  if (text.ends_with("ago")) text = trim(text.substr(0, text.size() - 3));
  struct Unit {
    std::string_view names;
    std::int64_t seconds;
  };
  static constexpr std::array<Unit, 6> kUnits{{{"|s|sec|second|seconds|", 1},
                                               {"|min|minute|minutes|", 60},
                                               {"|h|hour|hours|", kHour},
                                               {"|d|day|days|", kDay},
                                               {"|w|week|weeks|", 7 * kDay},
                                               {"|y|year|years|", 365 * kDay}}};
  for (const Unit& unit : kUnits)
    if (!text.empty() && unit.names.find("|" + std::string(text) + "|") != std::string_view::npos)
      return to_ns(count * unit.seconds, 0);
  return std::nullopt;
}

}  // namespace

std::int64_t now_ns() {
  timespec ts{};
  ::clock_gettime(CLOCK_REALTIME, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * kNsPerSecond + ts.tv_nsec;
}

std::string format_rfc3339(std::int64_t ns) {
  std::int64_t seconds = ns / kNsPerSecond;
  std::int64_t rest = ns % kNsPerSecond;
  if (rest < 0) rest += kNsPerSecond, --seconds;
  const std::time_t t = static_cast<std::time_t>(seconds);
  std::tm tm{};
  ::gmtime_r(&t, &tm);
  std::array<char, 64> text{};
  std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &tm);
  std::string out(text.data(), n);
  if (const int ms = static_cast<int>(rest / 1'000'000); ms != 0) {
    std::snprintf(text.data(), text.size(), ".%03d", ms);
    out += text.data();
  }
  return out + "Z";
}

std::string format_local(std::int64_t ns) {
  const std::tm tm = local_tm(ns);
  std::array<char, 64> text{};
  const std::size_t n = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M", &tm);
  return {text.data(), n};
}

std::string format_relative(std::int64_t ns, std::int64_t now) {
  const bool past = ns <= now;
  const std::int64_t seconds = (past ? now - ns : ns - now) / kNsPerSecond;
  struct Step {
    std::int64_t below, unit;
    const char* name;
  };
  static constexpr std::array<Step, 6> kSteps{{{60, 1, "second"},
                                               {kHour, kMinute, "minute"},
                                               {kDay, kHour, "hour"},
                                               {14 * kDay, kDay, "day"},
                                               {60 * kDay, 7 * kDay, "week"},
                                               {730 * kDay, 30 * kDay, "month"}}};
  if (seconds < 45) return past ? "just now" : "in a moment";
  std::int64_t count = seconds / (365 * kDay);
  std::string name = "year";
  for (const Step& step : kSteps) {
    if (seconds >= step.below) continue;
    count = seconds / step.unit;
    name = step.name;
    break;
  }
  if (name == "day" && count == 1) return past ? "yesterday" : "tomorrow";
  const std::string amount = std::to_string(count) + " " + name + (count == 1 ? "" : "s");
  return past ? amount + " ago" : "in " + amount;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto fields = take_date_time(text);
  if (!fields || !fields->has_time) return std::nullopt;
  if (text == "Z" || text == "z") return utc_ns(*fields, 0);
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int sign = text[0] == '+' ? 1 : -1;
  text.remove_prefix(1);
  const auto hours = take_digits(text, 2);
  text.remove_prefix(1);
  const auto minutes = take_digits(text, 2);
  if (!hours || !minutes) return std::nullopt;
  return utc_ns(*fields, sign * (*hours * 3600LL + *minutes * 60LL));
}

std::optional<std::int64_t> parse_time(std::string_view text, std::int64_t now) {
  text = trim(text);
  if (text == "now") return now;
  if (text == "today" || text == "yesterday") {
    const std::tm tm = local_tm(now - (text == "yesterday" ? kNsPerDay : 0));
    return local_ns({.year = tm.tm_year + 1900, .month = tm.tm_mon + 1, .day = tm.tm_mday});
  }
  if (const auto exact = parse_rfc3339(text)) return exact;
  std::string_view rest = text;
  if (const auto fields = take_date_time(rest); fields && rest.empty()) return local_ns(*fields);
  std::int64_t then = 0;
  if (const auto distance = parse_distance(text); distance && !__builtin_sub_overflow(now, *distance, &then))
    return then;
  return std::nullopt;
}

}  // namespace csb
