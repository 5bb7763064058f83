#include <fmt/format.h>

#include "chats.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/source/claude_ai/import.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using claude_ai::ChatState;

/// Chats named one by one in a report; the rest are counted.
constexpr std::size_t kNamed = 20;

struct StateName {
  const char* text;
  Tone tone;
};
StateName state_of(const ChatState& state) {
  if (state.status == ChatState::Status::gone) return {"deleted", Tone::bad};
  return state.status == ChatState::Status::stored ? StateName{"here", Tone::good}
                                                   : StateName{"pending", Tone::warning};
}

std::string title_of(const std::string& name) { return name.empty() ? "(untitled)" : name; }

void name_chats(std::string& out, const char* what, Tone tone, const std::vector<claude_ai::NamedChat>& chats,
                const Screen& screen) {
  for (std::size_t i = 0; i < chats.size() && i < kNamed; ++i) {
    const std::string line =
        fmt::format("{}  {}", chats[i].uuid.substr(0, 8), printable(title_of(chats[i].name)));
    const std::size_t room = screen.columns.value_or(100'000);
    out += fmt::format("  {} {}\n", screen.paint(tone, pad_right(what, 7)),
                       cut_to_columns(line, room > 12 ? room - 10 : room));
  }
  if (chats.size() > kNamed)
    out += fmt::format("  {} {} more\n", pad_right(what, 7), grouped(chats.size() - kNamed));
}

std::string stored_line(const app::StoredMirror& stored) {
  return stored.tried && stored.complete ? "Stored.\n" : "";
}

/// Control characters visible, lines kept.
std::string printable_lines(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += printable(text.substr(at, end - at)) + "\n";
    at = end + 1;
  }
  return out;
}

std::string block_text(const Block& block) {
  switch (block.kind) {
    case Block::Kind::text:
      return printable_lines(block.text);
    case Block::Kind::thinking:
      return "> (thinking)\n" + printable_lines(block.text);
    case Block::Kind::tool_use:
      return fmt::format("[{}] {}\n", printable(block.tool), printable(block.text)) + "```json\n" +
             printable_lines(block.input) + "```\n";
    case Block::Kind::tool_result:
      return fmt::format("[result{}]\n", block.is_error ? ", an error" : "") + printable_lines(block.text);
    case Block::Kind::image:
      return "[" + printable(block.text) + "]\n";
    case Block::Kind::other:
      return "[" + printable(block.tool) + "]\n" + (block.text.empty() ? "" : printable_lines(block.text));
  }
  return {};
}

}  // namespace

std::string render(const app::ChatsSyncResult& result, bool dry_run, const Screen& screen) {
  const claude_ai::SyncResult& sync = result.sync;
  std::string out;
  name_chats(out, "new", Tone::good, sync.added, screen);
  name_chats(out, "changed", Tone::accent, sync.updated, screen);
  name_chats(out, "deleted", Tone::bad, sync.gone, screen);
  for (const std::string& name : sync.skipped_organizations)
    out += fmt::format("Without chats, passed over: {}\n", printable(name));
  std::vector<std::string> parts{counted(sync.added.size(), "new chat"),
                                 fmt::format("{} changed", grouped(sync.updated.size())),
                                 fmt::format("{} unchanged", grouped(sync.unchanged))};
  if (!sync.gone.empty()) parts.push_back(fmt::format("{} deleted at claude.ai", grouped(sync.gone.size())));
  if (!sync.failed.empty()) parts.push_back(fmt::format("{} not fetched", grouped(sync.failed.size())));
  if (sync.not_tried > 0) parts.push_back(fmt::format("{} not tried", grouped(sync.not_tried)));
  if (sync.files > 0) parts.push_back(counted(sync.files, "other file"));
  return out + fmt::format("{}{}.\n", dry_run ? "Would fetch: " : "", joined(parts)) +
         stored_line(result.stored);
}

std::string render(const app::ChatsImportResult& result, bool dry_run, const Screen&) {
  const claude_ai::ImportResult& import = result.import;
  std::vector<std::string> parts{counted(import.added, "new chat"),
                                 fmt::format("{} changed", grouped(import.updated)),
                                 fmt::format("{} unchanged", grouped(import.unchanged))};
  if (import.older > 0) parts.push_back(fmt::format("{} older than what is here", grouped(import.older)));
  if (import.beside > 0) parts.push_back(fmt::format("{} kept beside a fuller copy", grouped(import.beside)));
  if (import.other > 0) parts.push_back(counted(import.other, "other file"));
  return fmt::format("{}{}.\n", dry_run ? "Would import: " : "", joined(parts)) + stored_line(result.stored);
}

std::string render(const app::ChatsListResult& result, const Screen& screen) {
  if (result.chats.empty()) return {};
  const bool piped = !screen.columns;
  std::vector<Column> columns{
      {"CHANGED"}, {"MSGS", true}, {"STATE"}, {"ORGANIZATION", false, Column::Cut::end, 8}};
  columns.insert(piped ? columns.begin() : columns.end(), {"ID"});
  columns.insert(piped ? columns.end() : columns.begin(), {"TITLE", false, Column::Cut::end, 20});
  std::vector<std::vector<Cell>> rows;
  for (const app::ListedChat& chat : result.chats) {
    const ChatState& state = chat.state;
    const std::string when = state.updated_ns == 0 ? ""
                             : piped               ? format_local(state.updated_ns)
                                                   : format_relative(state.updated_ns, screen.now);
    const StateName shown = state_of(state);
    std::vector<Cell> row{
        {when}, {grouped(state.messages)}, {shown.text, shown.tone}, {chat.organization, Tone::accent}};
    row.insert(piped ? row.begin() : row.end(),
               Cell{piped ? state.uuid : state.uuid.substr(0, 8), Tone::dim});
    row.insert(piped ? row.end() : row.begin(), Cell{title_of(state.name), Tone::bold});
    rows.push_back(std::move(row));
  }
  std::string out;
  for (const std::string& line : lay_out(columns, rows, screen.columns, screen.paint)) out += line + "\n";
  return out;
}

std::string render(const app::ChatsStatusResult& result, const Screen& screen) {
  const auto when = [&](std::int64_t ns) {
    return ns == 0 ? std::string("never") : format_relative(ns, screen.now);
  };
  std::string out;
  const auto line = [&](const char* name, const std::string& value) {
    out += fmt::format("{}  {}\n", screen.paint(Tone::dim, pad_right(name, 12)), value);
  };
  line("Fetching", !result.sync_obstacle.empty() ? "not possible: " + printable(result.sync_obstacle)
                   : result.enabled              ? "on"
                                                 : "off (turn it on: csb chats sync --enable)");
  if (!result.zip_obstacle.empty()) line("Exports", "unpacked ones only: " + printable(result.zip_obstacle));
  line("Last sync", when(result.last.sync_ns) +
                        (result.last.outcome.empty() ? "" : ": " + printable(result.last.outcome)));
  line("Last import", when(result.last.import_ns));
  line("Chats", fmt::format("{} with {}, {}", grouped(result.stored), counted(result.messages, "message"),
                            format_bytes(result.bytes)));
  if (result.gone > 0) line("Deleted", grouped(result.gone) + " at claude.ai; they stay here");
  for (const claude_ai::OrganizationState& known : result.organizations)
    line("Organization", printable(title_of(known.name)) + (known.is_present ? "" : " (left)"));
  line("Mirror", with_tilde(result.mirror));
  for (const app::ListedChat& chat : result.pending)
    line("Pending",
         fmt::format("{}  {}{}", chat.state.uuid.substr(0, 8), printable(title_of(chat.state.name)),
                     chat.state.error.empty() ? "" : ": " + printable(chat.state.error)));
  return out;
}

std::string markdown_head(const app::FoundChat& chat) {
  const ChatState& state = chat.chat.state;
  std::string out = fmt::format("# {}\n\n", printable(title_of(state.name)));
  out += fmt::format("claude.ai chat {} in {}\n", state.uuid, printable(chat.chat.organization));
  if (!state.project.empty()) out += fmt::format("Project: {}\n", printable(state.project));
  if (state.created_ns != 0) out += fmt::format("Begun {}, ", format_local(state.created_ns));
  return out + fmt::format("last changed {}\n", format_local(state.updated_ns));
}

std::string markdown(const Message& message) {
  const char* who = message.role == Message::Role::human       ? "Human"
                    : message.role == Message::Role::assistant ? "Claude"
                                                               : "System";
  std::string out =
      fmt::format("\n## {}{}\n", who, message.time_ns == 0 ? "" : ", " + format_local(message.time_ns));
  out += fmt::format("<!-- message {}{} -->\n", printable(message.uuid.empty() ? "-" : message.uuid),
                     message.parent_uuid.empty() ? "" : ", after " + printable(message.parent_uuid));
  for (const Block& block : message.blocks) out += "\n" + block_text(block);
  return out;
}

}  // namespace csb::cli
