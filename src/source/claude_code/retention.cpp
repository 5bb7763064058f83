#include <cerrno>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "csb/source/claude_code/config_dir.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_code {
namespace {

constexpr std::size_t kMaxSettings = std::size_t{16} << 20;
constexpr int kDefaultDays = 30;

/// Days by the JSON value, as the client's JavaScript would count them; nothing for what it refuses.
std::optional<int> parse_days(const nlohmann::json& value) {
  if (!value.is_number()) return std::nullopt;
  const double days = value.get<double>();
  if (!(days >= 1) || days != std::floor(days)) return std::nullopt;
  constexpr double kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(days, kMost));
}

/// What one settings file says; nothing when it does not exist or does not speak of it.
std::optional<Retention> retention_in(const std::string& path) {
  if (!fs::exists(path)) return std::nullopt;
  std::string text;
  try {
    text = read_file(path, kMaxSettings);
  } catch (const Error& error) {
    return Retention{.days = std::nullopt, .origin = error.what()};
  }
  if (text.find_first_not_of(" \t\r\n") == std::string::npos)
    return std::nullopt;  // empty: the client sees {}
  const nlohmann::json settings = nlohmann::json::parse(text, nullptr, false);
  if (!settings.is_object()) return Retention{.days = std::nullopt, .origin = path + " (not valid JSON)"};
  const auto found = settings.find("cleanupPeriodDays");
  if (found == settings.end()) return std::nullopt;
  if (const auto days = parse_days(*found)) return Retention{.days = days, .origin = path};
  // The client refuses the value (0 included, which once meant "at once"). The default is the shortest period
  // it can fall back to: a warning that comes too early costs nothing, one too late a session.
  return Retention{.days = kDefaultDays, .origin = path + " (cleanupPeriodDays is invalid: default)"};
}

}  // namespace

Retention effective_retention(const std::string& config_dir, const std::string& managed_settings) {
  std::optional<Retention> effective;
  for (const std::string& path :
       {managed_settings, config_dir + "/settings.local.json", config_dir + "/settings.json"}) {
    std::optional<Retention> said = retention_in(path);
    if (said && !said->days)
      return *said;  // one broken file pauses the client's cleanup, whatever the others say
    if (said && !effective) effective = std::move(said);
  }
  return effective.value_or(Retention{});
}

}  // namespace csb::claude_code
