#include "changes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "csb/util/text.hpp"

namespace csb::archive {
namespace {

std::string begin_with_path(std::string_view path) {
  return is_valid_utf8(path) ? fmt::format(R"({{"path":"{}")", json_escape(path))
                             : fmt::format(R"({{"path_b64":"{}")", base64_encode(path));
}

std::string write_line(const Change& change) {
  std::string line = begin_with_path(change.path);
  line += fmt::format(R"(,"op":"{}")", to_string(change.op));
  if (change.op != ChangeOp::remove)
    line += fmt::format(R"(,"size":{},"mtime_ns":{},"mode":{})", change.size, change.mtime_ns, change.mode);
  if (change.messages) line += fmt::format(R"(,"messages":{})", *change.messages);
  if (change.compactions) line += fmt::format(R"(,"compactions":{})", *change.compactions);
  return line + "}\n";
}

/// The value of `key` when it is a whole number, else `fallback`.
template <typename Number>
Number number_or(const nlohmann::json& object, const char* key, Number fallback) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<Number>() : fallback;
}

std::optional<std::uint64_t> optional_count(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned()) return std::nullopt;
  return found->get<std::uint64_t>();
}

std::optional<std::string> path_in(const nlohmann::json& object) {
  const auto path = object.find("path"), encoded = object.find("path_b64");
  if (path != object.end() && path->is_string()) return path->get<std::string>();
  std::string decoded;
  if (encoded == object.end() || !encoded->is_string() ||
      !base64_decode(encoded->get<std::string>(), decoded))
    return std::nullopt;
  return decoded;
}

std::optional<Change> parse_line(std::string_view line) {
  const auto object = nlohmann::json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  auto path = path_in(object);
  if (!path) return std::nullopt;
  Change change;
  change.path = std::move(*path);
  const auto op = object.find("op");
  if (op == object.end() || !op->is_string()) return std::nullopt;
  const auto parsed = parse_change_op(op->get<std::string>());
  if (!parsed) return std::nullopt;
  change.op = *parsed;
  change.size = number_or<std::uint64_t>(object, "size", 0);
  change.mtime_ns = number_or<std::int64_t>(object, "mtime_ns", 0);
  change.mode = number_or<std::uint32_t>(object, "mode", 0);
  change.messages = optional_count(object, "messages");
  change.compactions = optional_count(object, "compactions");
  return change;
}

}  // namespace

std::string write_root(std::string_view path) { return begin_with_path(path) + "}\n"; }

std::optional<std::string> parse_root(std::string_view text) {
  const auto object = nlohmann::json::parse(text, nullptr, false);
  return object.is_object() ? path_in(object) : std::nullopt;
}

std::string write_changes(std::vector<Change> changes) {
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) { return a.path < b.path; });
  std::string text;
  for (const Change& change : changes) text += write_line(change);
  return text;
}

std::vector<Change> parse_changes(std::string_view text) {
  std::vector<Change> changes;
  while (!text.empty()) {
    const auto newline = text.find('\n');
    if (auto change = parse_line(text.substr(0, newline))) changes.push_back(std::move(*change));
    text.remove_prefix(newline == std::string_view::npos ? text.size() : newline + 1);
  }
  return changes;
}

}  // namespace csb::archive
