#include "csb/source/claude_ai/mirror_policy.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "csb/model/rel_path.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::string_view kUnknownOrganization = "export";
constexpr std::string_view kJson = ".json";

/// A UUID as the mirror writes it: in lower case.
bool is_uuid(std::string_view text) {
  const auto id = SessionId::parse(text);
  return id && id->text() == text;
}

std::vector<std::string_view> components(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.push_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

bool is_uuid_json(std::string_view name) {
  return name.ends_with(kJson) && is_uuid(name.substr(0, name.size() - kJson.size()));
}

/// "<uuid>.json", "<uuid>.docs.json": a project or a part of it.
bool begins_with_uuid(std::string_view name) {
  return name.size() > 37 && name[36] == '.' && is_uuid(name.substr(0, 36)) && name.ends_with(kJson);
}

bool is_organization(std::string_view name) { return name == kUnknownOrganization || is_uuid(name); }

bool is_known_directory(const std::vector<std::string_view>& parts) {
  if (!is_uuid(parts[0])) return false;
  if (parts.size() == 1) return true;
  if (!is_organization(parts[1])) return false;
  if (parts.size() == 2) return true;
  if (parts[2] == "files") return parts.size() == 3 || is_uuid(parts[3]);
  return parts.size() == 3 && (parts[2] == "suspect" || parts[2] == "exported" || parts[2] == "projects" ||
                               parts[2] == "memories" || parts[2] == "design_chats");
}

bool is_known_file(const std::vector<std::string_view>& parts) {
  const std::string_view name = parts.back();
  if (parts.size() == 2) return name == "account.json" || name == "users.json";
  if (parts.size() == 3)
    return is_uuid_json(name) || name == "organization.json" || name == "memory.json" ||
           name == "projects.json";
  if (parts[2] == "files") return parts.size() > 4;
  return begins_with_uuid(name);
}

}  // namespace

PathClass classify(std::string_view path) {
  if (!is_safe_relative_path(path)) return PathClass::unknown;
  const auto parts = components(path);
  // Names with a dot in front are csb's unfinished files.
  if (parts.front() == "by-name" || parts.back().starts_with('.')) return PathClass::skip;
  if (parts.size() == 1)
    return parts[0] == "lock" || parts[0].starts_with("state.db") ? PathClass::skip : PathClass::unknown;
  const std::vector<std::string_view> directory(parts.begin(), parts.end() - 1);
  return is_known_directory(directory) && is_known_file(parts) ? PathClass::noise : PathClass::unknown;
}

PathClass classify_directory(std::string_view path) {
  if (path.empty()) return PathClass::noise;
  if (!is_safe_relative_path(path)) return PathClass::unknown;
  const auto parts = components(path);
  if (parts.front() == "by-name") return PathClass::skip;
  return is_known_directory(parts) ? PathClass::noise : PathClass::unknown;
}

scan::Policy walk_policy() {
  const auto nowhere = [](std::string_view) { return false; };
  return {classify, classify_directory, nowhere, [](std::string_view path) { return is_chat(path); }};
}

std::optional<ChatPath> split_chat_path(std::string_view path) {
  const auto parts = components(path);
  if (parts.size() != 3 || !is_uuid(parts[0]) || !is_organization(parts[1]) || !is_uuid_json(parts[2]))
    return std::nullopt;
  return ChatPath{parts[0], parts[1], parts[2].substr(0, parts[2].size() - kJson.size())};
}

std::optional<SessionId> chat_of(std::string_view path) {
  const auto parts = split_chat_path(path);
  return parts ? SessionId::parse(parts->chat) : std::nullopt;
}

std::optional<SessionId> footprint_of(std::string_view path) {
  if (auto chat = chat_of(path)) return chat;
  const auto parts = components(path);
  if (parts.size() < 4 || classify(path) != PathClass::noise) return std::nullopt;
  if (parts[2] == "files") return SessionId::parse(parts[3]);
  if (parts[2] == "suspect" || parts[2] == "exported") return SessionId::parse(parts[3].substr(0, 36));
  return std::nullopt;
}

}  // namespace csb::claude_ai
