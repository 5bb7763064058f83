#include "csb/app/settings.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "csb/model/rel_path.hpp"
#include "csb/util/account.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "settings_config.hpp"

namespace csb::app {
namespace {

/// The variable's value; empty when it is unset.
std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is started
  return value == nullptr ? std::string() : std::string(value);
}

/// $HOME; without it (cron, systemd, `env -i`) what the password database says.
std::string home_directory() {
  if (std::string home = environment("HOME"); !home.empty()) return home;
  if (std::string home = account_home(); !home.empty()) return home;
  throw Error(ErrorCode::failed, "cannot tell where your home directory is: HOME is not set",
              "set HOME, or CSB_HOME and CLAUDE_CONFIG_DIR");
}

std::string without_trailing_slashes(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return path;
}

/// A path as typed or set in the environment: relative to the current directory.
std::string absolute(const std::string& path) {
  if (path.starts_with('/')) return without_trailing_slashes(path);
  std::array<char, 4096> here{};
  if (::getcwd(here.data(), here.size()) == nullptr)
    throw errno_error("cannot tell what '" + path + "' is relative to", errno);
  return without_trailing_slashes(std::string(here.data()) + "/" + path);
}

/// A path in the configuration file: absolute, or beneath the home directory ("~/…").
std::string configured_path(const std::string& key, const std::string& value) {
  if (value == "~") return home_directory();
  if (value.starts_with("~/")) return without_trailing_slashes(home_directory() + value.substr(1));
  if (value.starts_with('/')) return without_trailing_slashes(value);
  throw Error(ErrorCode::usage, "the setting " + key + " is '" + value + "', which is no absolute path",
              "write it with a leading '/' or '~/'");
}

/// A base directory by the XDG rules: relative values do not count.
std::string xdg_directory(const char* variable, const char* fallback) {
  if (const std::string set = environment(variable); set.starts_with('/'))
    return without_trailing_slashes(set);
  return home_directory() + fallback;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return {};
  // The domain depends on the network a laptop happens to be in; the branch must not.
  const std::string_view whole(name.data());
  return std::string(whole.substr(0, whole.find('.')));
}

std::string choose_home() {
  const std::string set = environment("CSB_HOME");
  return set.empty() ? xdg_directory("XDG_DATA_HOME", "/.local/share") + "/csb" : absolute(set);
}

std::string choose_store(const SettingOverrides& overrides, const ConfigValues& config) {
  if (!overrides.store.empty()) return absolute(overrides.store);
  if (const std::string set = environment("CSB_STORE"); !set.empty()) return absolute(set);
  const std::string configured = last_value(config, "csb.store");
  return configured.empty() ? std::string() : configured_path("csb.store", configured);
}

/// As the person names them: the first way that names any counts alone.
std::vector<std::string> chosen_claude_dirs(const SettingOverrides& overrides, const ConfigValues& config) {
  std::vector<std::string> chosen;
  for (const std::string& flag : overrides.claude_dirs)
    if (!flag.empty()) chosen.push_back(absolute(flag));
  if (!chosen.empty()) return chosen;
  for (const char* variable : {"CLAUDE_DIR", "CLAUDE_CONFIG_DIR"})
    if (const std::string set = environment(variable); !set.empty()) return {absolute(set)};
  for (const std::string& value : all_values(config, "csb.claudedir"))
    if (!value.empty()) chosen.push_back(configured_path("csb.claudeDir", value));
  if (chosen.empty()) chosen.push_back(home_directory() + "/.claude");
  return chosen;
}

/// A root within a root would be archived twice, and each would see the other's files come and go.
void refuse_nested(const std::string& a, const std::string& b) {
  if (a == b || (!is_beneath(a, b) && !is_beneath(b, a))) return;
  const bool a_is_inner = is_beneath(a, b);
  throw Error(ErrorCode::usage,
              "the Claude directory '" + (a_is_inner ? a : b) + "' lies within another, '" +
                  (a_is_inner ? b : a) + "'",
              "name one of them only (--claude-dir, csb.claudeDir)");
}

/// Physical paths, each directory once, however often and by whatever links it is named.
std::vector<std::string> choose_claude_dirs(const SettingOverrides& overrides, const ConfigValues& config) {
  std::vector<std::string> directories;
  for (std::string& chosen : chosen_claude_dirs(overrides, config)) {
    std::string physical = fs::real_path(chosen);
    std::string directory = physical.empty() ? std::move(chosen) : std::move(physical);
    for (const std::string& other : directories) refuse_nested(directory, other);
    if (std::find(directories.begin(), directories.end(), directory) == directories.end())
      directories.push_back(std::move(directory));
  }
  return directories;
}

ChatSettings chat_settings(const ConfigValues& config) {
  ChatSettings chats;
  const std::string enabled = ascii_lower(last_value(config, "chats.enabled"));
  if (!enabled.empty() && enabled != "true" && enabled != "false")
    throw Error(ErrorCode::usage, "the setting chats.enabled is '" + enabled + "'", "it is true or false");
  chats.enabled = enabled == "true";
  if (const std::string file = last_value(config, "chats.keyfile"); !file.empty())
    chats.key_file = configured_path("chats.keyFile", file);
  chats.key_command = last_value(config, "chats.keycommand");
  chats.proxy = last_value(config, "chats.proxy");
  return chats;
}

}  // namespace

std::string ref_component(std::string_view name) {
  std::string component;
  for (const char c : name) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-' || (c == '.' && !component.empty() && component.back() != '.');
    component += plain ? c : '-';
  }
  // git refuses a leading dot, a trailing dot and a trailing ".lock"; a leading dash reads like an option.
  component.erase(0, std::min(component.find_first_not_of("-."), component.size()));
  constexpr std::string_view kLock = ".lock";
  while (component.ends_with('.') || component.ends_with(kLock))
    component.resize(component.size() - (component.ends_with('.') ? 1 : kLock.size()));
  return component.empty() ? "host" : component;
}

std::string config_file_path() { return user_config_home() + "/csb/config"; }

std::string user_home() { return home_directory(); }

std::string user_config_home() { return xdg_directory("XDG_CONFIG_HOME", "/.config"); }

Settings load_settings(const SettingOverrides& overrides) {
  Settings settings;
  settings.home = choose_home();
  settings.config_file = config_file_path();
  const ConfigValues config = load_config(settings.config_file, settings.home + "/config.cache");

  settings.store = choose_store(overrides, config);
  const std::string default_store = settings.home + "/store.git";
  settings.store_is_default = settings.store.empty() || settings.store == default_store;
  if (settings.store.empty()) settings.store = default_store;
  settings.chats = chat_settings(config);

  settings.more_claude_dirs = choose_claude_dirs(overrides, config);
  settings.claude_dir = settings.more_claude_dirs.front();
  settings.more_claude_dirs.erase(settings.more_claude_dirs.begin());

  if (const std::string client = last_value(config, "csb.claude"); !client.empty())
    settings.client = configured_path("csb.claude", client);
  const std::string machine = last_value(config, "csb.machine");
  settings.machine = ref_component(machine.empty() ? host_name() : machine);
  if (const std::string prices = last_value(config, "csb.prices"); !prices.empty())
    settings.prices_file = configured_path("csb.prices", prices);
  settings.policy.include = all_values(config, "csb.include");
  settings.policy.exclude = all_values(config, "csb.exclude");
  return settings;
}

}  // namespace csb::app
