#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

struct StatsOptions {
  std::int64_t since_ns = 0, until_ns = 0;
  std::size_t top = 10;  ///< how many projects, tools and models
};

/// A thing and how much of it.
struct Tally {
  std::string name;
  std::uint64_t count = 0;     ///< messages, calls or answers
  std::uint64_t sessions = 0;  ///< in so many sessions
};

struct StatsWeek {
  std::string monday;  ///< "2026-11-16"
  std::uint64_t sessions = 0, messages = 0;
  std::uint64_t tokens = 0;
};

struct StatsDay {
  std::string date;
  std::uint64_t messages = 0;
};

/// All by the person's own timezone. A message counts for the hour in which its sitting would have it, were
/// its messages evenly spread.
struct StatsResult {
  std::int64_t since_ns = 0, until_ns = 0;
  std::uint64_t sessions = 0, messages = 0, sittings = 0, active_ns = 0;  ///< active in that time
  std::uint64_t days_active = 0;
  std::array<std::array<std::uint64_t, 24>, 7> hours{};  ///< messages by weekday (Monday first) and hour
  std::vector<StatsDay> days;                            ///< every day, without gaps
  std::vector<StatsWeek> weeks;                          ///< every week, without gaps
  // Of sessions active in that time, all of what they hold:
  std::vector<Tally> projects, tools, models;  ///< most first
  bool nothing_stored = false;
};

/// What happened when, from the catalogue alone: deleted sessions count.
[[nodiscard]] StatsResult stats(const catalogue::Catalogue& catalogue, const StatsOptions& options);

}  // namespace csb::app
