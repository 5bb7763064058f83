#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/upkeep.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kStateColumns = 9, kWhatColumns = 11, kMarkColumns = 6;

Tone tone_of(app::SetupStep::State state) {
  using State = app::SetupStep::State;
  switch (state) {
    case State::done:
      return Tone::good;
    case State::already:
      return Tone::dim;
    case State::planned:
      return Tone::accent;
    case State::skipped:
      return Tone::warning;
    case State::failed:
      return Tone::bad;
  }
  return Tone::plain;
}

std::string hanging(const std::string& label, std::size_t columns, const std::string& text,
                    const Screen& screen) {
  if (!screen.columns) return label + text + "\n";
  std::string out, lead = label;
  for (const std::string& line :
       wrapped(text, std::max<std::size_t>(*screen.columns, columns + 20) - columns)) {
    out += lead + line + "\n";
    lead = std::string(columns, ' ');
  }
  return out;
}

std::string row(const Screen& screen, std::string_view name, const std::string& text) {
  return hanging(screen.paint(Tone::dim, pad_right(name, kWhatColumns)), kWhatColumns, text, screen);
}

std::string directory_text(const app::FoundDirectory& directory) {
  std::string text = printable(with_tilde(directory.path));
  if (!directory.exists) return text + ": not there";
  text += fmt::format(": {}, {}", counted(directory.transcripts, "transcript"),
                      directory.plugin  ? "with the plugin"
                      : directory.hooks ? "with csb's hooks"
                                        : "no hooks");
  if (directory.keep_days)
    text += fmt::format(", kept for {}", counted(static_cast<std::uint64_t>(*directory.keep_days), "day"));
  return directory.trouble.empty() ? text : text + "; " + printable(directory.trouble);
}

std::string client_text(const app::SetupFound& found) {
  const bool all_set = std::all_of(found.directories.begin(), found.directories.end(),
                                   [](const auto& each) { return each.plugin || !each.exists; });
  if (all_set) return {};
  const app::FoundClient& client = found.client;
  if (client.program.empty()) return "no 'claude' in PATH: hooks in its settings instead of the plugin";
  std::string text = printable(with_tilde(client.program));
  if (!client.trouble.empty()) return text + ": no plugin by it: " + printable(client.trouble);
  text += " " + printable(client.version);
  return found.marketplace.empty() ? text + "; but the plugin's files are not there" : text;
}

std::string history_text(const app::FoundHistory& history) {
  std::string text = printable(with_tilde(history.path)) + "/.git: ";
  if (!history.trouble.empty()) return text + printable(history.trouble);
  if (history.is_store) return text + "the store";
  text += counted(history.branches, "branch", "branches");
  if (history.secrets > 0) text += ", " + counted(history.secrets, "secret file") + " in it";
  return history.imported ? text + ", in the store already" : text;
}

}  // namespace

std::string render(const app::SetupFound& found, const Screen& screen) {
  std::string out;
  for (const app::FoundDirectory& directory : found.directories)
    out += row(screen, "Claude", directory_text(directory));
  out +=
      row(screen, "store", printable(with_tilde(found.store)) + (found.store_exists ? "" : ": to be made"));
  for (const app::FoundHistory& history : found.histories)
    out += row(screen, "history", history_text(history));
  for (const std::string& chats : found.chat_stores)
    out += row(screen, "chats", printable(with_tilde(chats)) + ": claude.ai chats of claude-backup");
  if (!client_text(found).empty()) out += row(screen, "client", client_text(found));
  out += row(screen, "schedule",
             found.scheduler ? fmt::format("{} ({})", app::to_string(found.schedule.state),
                                           app::to_string(*found.scheduler))
                             : "none can run here: " + printable(found.no_scheduler));
  return out + "\n";
}

std::string render(const app::SetupStep& step, const Screen& screen) {
  const std::string label =
      screen.paint(tone_of(step.state), pad_right(app::to_string(step.state), kStateColumns)) +
      pad_right(step.what, kWhatColumns);
  return hanging(label, kStateColumns + kWhatColumns, printable(with_tildes(step.text)), screen);
}

std::string render(const std::vector<app::Protection>& checklist, const Screen& screen) {
  std::string out = "\n" + screen.paint(Tone::bold, "What is protected now") + "\n";
  for (const app::Protection& each : checklist)
    out += hanging(each.is_protected ? "  " + screen.paint(Tone::good, "[x]") + " "
                                     : "  " + screen.paint(Tone::warning, "[ ]") + " ",
                   kMarkColumns, printable(with_tildes(each.text)), screen);
  return out + "\n'csb doctor' looks after it; 'csb setup --undo' takes it back.\n";
}

}  // namespace csb::cli
