#include <array>
#include <cstddef>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"

namespace csb::claude_code {
namespace {

constexpr std::size_t kIdLength = 36;

/// Takes the first component off `path`.
std::string_view take_component(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view first = path.substr(0, slash);
  path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  return first;
}

/// The id that `name` begins with: "<id>", "<id>.jsonl", "<id>-agent-….json".
std::optional<SessionId> leading_id(std::string_view name) {
  if (name.size() > kIdLength && name[kIdLength] != '.' && name[kIdLength] != '-' && name[kIdLength] != '_')
    return std::nullopt;
  return SessionId::parse(name.substr(0, kIdLength));
}

/// The id in "<name>__<id>_<user>". The name is free text, hence the last one counts.
std::optional<SessionId> logged_id(std::string_view name) {
  for (std::size_t at = name.rfind("__"); at != std::string_view::npos; at = name.rfind("__", at - 1)) {
    if (auto id = leading_id(name.substr(at + 2))) return id;
    if (at == 0) break;
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 7> kById{"file-history", "tasks",   "todos",         "session-env",
                                                "image-cache",  "uploads", "session-states"};

}  // namespace

std::optional<SessionId> session_of(std::string_view path) {
  const std::string_view top = take_component(path);
  if (top == "projects") {
    take_component(path);  // the slug
    return leading_id(take_component(path));
  }
  const std::string_view name = take_component(path);
  if (top == "sesslogs") return logged_id(name);
  for (const std::string_view directory : kById)
    if (top == directory) return leading_id(name);
  return std::nullopt;
}

bool is_transcript(std::string_view path) {
  constexpr std::string_view kSuffix = ".jsonl";
  if (take_component(path) != "projects" || take_component(path).empty()) return false;
  return path.size() == kIdLength + kSuffix.size() && path.ends_with(kSuffix) &&
         SessionId::parse(path.substr(0, kIdLength)).has_value();
}

bool is_conversation(std::string_view path) {
  if (is_transcript(path)) return true;
  if (take_component(path) != "projects" || take_component(path).empty()) return false;
  if (!SessionId::parse(take_component(path)) || take_component(path) != "subagents") return false;
  const std::string_view name = base_name(path);
  return name.starts_with("agent-") && name.ends_with(".jsonl");
}

}  // namespace csb::claude_code
