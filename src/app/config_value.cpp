#include "config_value.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config_client.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kSection = "csb.";

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

std::string names_of_all() {
  std::string names;
  for (const ConfigKey& key : config_keys()) names += std::string(key.name) + ", ";
  return names + std::string(kCleanupKey);
}

}  // namespace

const std::vector<ConfigKey>& config_keys() {
  using Kind = ConfigKey::Kind;
  static const std::vector<ConfigKey> keys{
      {"csb.store", Kind::path, false, "CSB_STORE", "the git repository that holds everything"},
      {"csb.claudeDir", Kind::path, true, "CLAUDE_CONFIG_DIR", "the directory Claude Code keeps its data in"},
      {"csb.prices", Kind::path, false, nullptr, "a file that says what models cost, over csb's own prices"},
      {"csb.machine", Kind::name, false, nullptr, "the name of this machine in the branches of the store"},
      {"csb.include", Kind::pattern, true, nullptr,
       "paths to store that csb would leave out (globs, relative to the Claude directory)"},
      {"csb.exclude", Kind::pattern, true, nullptr,
       "paths to leave out that csb would store (globs, relative to the Claude directory)"},
      {"csb.claude", Kind::path, false, nullptr,
       "the program 'csb resume' runs, instead of 'claude' of PATH"},
      {"chats.enabled", Kind::flag, false, nullptr, "true: 'csb chats sync' may fetch chats from claude.ai"},
      {"chats.keyFile", Kind::path, false, nullptr, "a file with the session key, readable by you alone"},
      {"chats.keyCommand", Kind::name, false, nullptr,
       "a program that prints the session key; run without a shell"},
      {"chats.proxy", Kind::name, false, nullptr, "the proxy to fetch chats through; no other is used"},
  };
  return keys;
}

const ConfigKey* find_config_key(std::string_view name) {
  std::string wanted = ascii_lower(name);
  if (wanted.find('.') == std::string::npos) wanted = std::string(kSection) + wanted;
  const auto& keys = config_keys();
  const auto found = std::find_if(keys.begin(), keys.end(),
                                  [&](const ConfigKey& key) { return ascii_lower(key.name) == wanted; });
  return found == keys.end() ? nullptr : &*found;
}

const ConfigKey& known_config_key(const std::string& name) {
  if (const ConfigKey* key = find_config_key(name)) return *key;
  throw Error(ErrorCode::usage, fmt::format("there is no variable '{}'", name),
              "there are " + names_of_all());
}

std::string complaint_about(const ConfigKey& key, const std::string& value) {
  if (value.empty()) return "the value is empty (--unset takes a variable out)";
  if (has_control_characters(value) || !is_valid_utf8(value))
    return "the value has control characters in it, or is no UTF-8";
  if (key.kind == ConfigKey::Kind::path && value != "~" && !value.starts_with("~/") &&
      !value.starts_with('/'))
    return fmt::format("'{}' is no absolute path: write it with a leading '/' or '~/'", value);
  if (key.kind == ConfigKey::Kind::flag && value != "true" && value != "false")
    return fmt::format("'{}' is neither true nor false", value);
  if (key.kind == ConfigKey::Kind::pattern && value.starts_with('/'))
    return fmt::format("'{}' can match nothing: paths are relative to the Claude directory", value);
  return {};
}

}  // namespace csb::app
