#include "commit_object.hpp"

#include <fmt/format.h>

#include <charconv>

#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"

namespace csb::archive {
namespace {

/// Characters that would end a header field.
std::string header_safe(std::string text) {
  std::erase_if(text, [](char c) { return c == '<' || c == '>' || c == '\n' || c == '\0'; });
  return text;
}

/// "Name <email> seconds zone": the seconds; 0 when they cannot be told.
std::int64_t seconds_of(std::string_view person) {
  const auto at = person.rfind("> ");
  if (at == std::string_view::npos) return 0;
  person.remove_prefix(at + 2);
  std::int64_t seconds = 0;
  std::from_chars(person.data(), person.data() + person.size(), seconds);
  return seconds;
}

}  // namespace

std::string identity(const Store::State& state) {
  git2::Handle<git_signature> signature;
  if (git2::signature_default(git2::out(signature), state.repository.get()) < 0) return "csb <csb@localhost>";
  const std::string name = header_safe(signature->name), email = header_safe(signature->email);
  if (name.find_first_not_of(' ') == std::string::npos) return "csb <csb@localhost>";
  return name + " <" + email + ">";
}

Bytes write_commit(const std::string& identity, const Oid& tree, const std::optional<Oid>& parent,
                   std::int64_t time_ns, const std::string& message) {
  std::string text = "tree " + tree.hex() + "\n";
  if (parent) text += "parent " + parent->hex() + "\n";
  const std::int64_t seconds = time_ns / kNsPerSecond;
  for (const char* role : {"author", "committer"})
    text += fmt::format("{} {} {} +0000\n", role, identity, seconds);
  text += "\n" + message;
  if (!text.ends_with('\n')) text += '\n';
  const auto bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

std::optional<ParsedCommit> parse_commit(std::span<const std::byte> raw) {
  std::string_view text = as_text(raw);
  ParsedCommit commit;
  const auto end = text.find("\n\n");
  if (end != std::string_view::npos) commit.message = text.substr(end + 2);
  text = text.substr(0, end);
  bool has_tree = false;
  for (bool more = true; more;) {
    const auto newline = text.find('\n');
    more = newline != std::string_view::npos;
    const std::string_view line = text.substr(0, newline);
    if (more) text.remove_prefix(newline + 1);
    const auto space = line.find(' ');
    const std::string_view key = line.substr(0, space);
    const std::string_view value = space == std::string_view::npos ? "" : line.substr(space + 1);
    if (key == "committer") commit.seconds = seconds_of(value);
    if (key != "tree" && key != "parent") continue;
    const auto oid = Oid::parse(value);
    if (!oid) return std::nullopt;
    if (key == "parent") commit.parents.push_back(*oid);
    if (key == "tree") commit.tree = *oid;
    has_tree |= key == "tree";
  }
  return has_tree ? std::optional(std::move(commit)) : std::nullopt;
}

}  // namespace csb::archive
