#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace csb {

inline constexpr std::int64_t kNsPerSecond = 1'000'000'000;
inline constexpr std::int64_t kNsPerDay = 86'400 * kNsPerSecond;

/// Nanoseconds since the Unix epoch, UTC. All times inside csb are of this kind.
[[nodiscard]] std::int64_t now_ns();

/// "2026-11-20T12:00:00.123Z": for machines. Milliseconds only when there are any.
[[nodiscard]] std::string format_rfc3339(std::int64_t ns);

/// "2026-11-20 13:00" in the person's own timezone (TZ).
[[nodiscard]] std::string format_local(std::int64_t ns);

/// "3 minutes ago", "yesterday", "in 5 days": the distance from `now` to `ns`.
[[nodiscard]] std::string format_relative(std::int64_t ns, std::int64_t now);

/// Parses RFC 3339 ("2026-11-20T12:00:00.123Z", an offset instead of Z, a space instead of T).
[[nodiscard]] std::optional<std::int64_t> parse_rfc3339(std::string_view text);

/// Parses what a person types: RFC 3339, "2026-11-20", "2026-11-20 13:00" (local time), "now",
/// "today", "yesterday", "3d", "3 days ago", "2h ago". A bare date means the start of that day.
[[nodiscard]] std::optional<std::int64_t> parse_time(std::string_view text, std::int64_t now);

}  // namespace csb
