#include "csb/app/client_settings.hpp"

#include <algorithm>

#include "csb/source/claude_code/json_edit.hpp"
#include "csb/source/claude_code/settings_file.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

constexpr const char* kCleanup = "cleanupPeriodDays";
constexpr std::size_t kCopies = 10;
constexpr std::string_view kCopyName = "settings.json.";

/// Keeps `bytes` as `<home>/backups/settings.json.<time>`, and of those the newest few.
void keep_copy(const Settings& settings, std::string_view bytes) {
  const std::string directory = settings.home + "/backups";
  fs::make_directories(directory);
  fs::write_file_atomically(directory + "/" + std::string(kCopyName) + format_rfc3339(now_ns()), bytes);
  std::vector<std::string> copies = fs::list_directory(directory);
  std::erase_if(copies, [](const std::string& name) { return !name.starts_with(kCopyName); });
  for (std::size_t i = 0; i + kCopies < copies.size(); ++i) fs::remove_file(directory + "/" + copies[i]);
}

void replace(const Settings& settings, const claude_code::SettingsFile& file, std::string_view after) {
  if (file.exists) keep_copy(settings, file.bytes);
  claude_code::write_settings_file(file, after);
}

}  // namespace

std::string client_settings_file(const Settings& settings) { return settings.claude_dir + "/settings.json"; }

std::optional<std::string> cleanup_period(const Settings& settings) {
  return claude_code::json_at(claude_code::read_settings_file(client_settings_file(settings)).text(),
                              {kCleanup});
}

bool set_cleanup_period(const Settings& settings, std::optional<std::int64_t> days) {
  if (!fs::is_directory(settings.claude_dir))
    throw Error(ErrorCode::failed, "there is no directory '" + settings.claude_dir + "'",
                "run Claude Code once, or name its directory with --claude-dir or CLAUDE_CONFIG_DIR");
  const auto file = claude_code::read_settings_file(client_settings_file(settings));
  const std::string before = file.text();
  const std::string after = days ? claude_code::json_set(before, {kCleanup}, std::to_string(*days))
                                 : claude_code::json_remove(before, {kCleanup});
  if (after == before) return false;
  replace(settings, file, after);
  return true;
}

void replace_client_settings(const Settings& settings, const std::string& before, const std::string& after) {
  const auto file = claude_code::read_settings_file(client_settings_file(settings));
  if (file.bytes != before)
    throw Error(ErrorCode::failed, "'" + file.path + "' was changed by somebody else meanwhile", "try again");
  if (before != after) replace(settings, file, after);
}

}  // namespace csb::app
