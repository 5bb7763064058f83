#include <fmt/format.h>

#include "csb/cli/render_queries.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

/// From here on a line has room for all columns.
constexpr std::size_t kWideColumns = 120;

std::string known_from(const app::LostSession& session) {
  std::vector<std::string> parts;
  if (session.in_history) parts.emplace_back("prompts");
  if (session.in_registry) parts.emplace_back("registry");
  parts.insert(parts.end(), session.tops.begin(), session.tops.end());
  if (!session.forks.empty()) parts.emplace_back("forks");
  return joined(parts);
}

std::string lines_of(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                     const Screen& screen) {
  std::string out;
  for (const std::string& line : lay_out(columns, rows, screen.columns, screen.paint)) out += line + "\n";
  return out;
}

void fact(std::string& out, const Screen& screen, std::string_view name, const std::string& value) {
  constexpr std::size_t kNameColumns = 10;
  if (!value.empty())
    out += "  " + screen.paint(Tone::dim, pad_right(name, kNameColumns)) + "  " + printable(value) + "\n";
}

void prompts(std::string& out, const app::LostDetails& details, const Screen& screen) {
  if (details.prompts.empty()) return;
  out += "\n" + screen.paint(Tone::bold, "Prompts") + "\n";
  for (const claude_code::HistoryEntry& prompt : details.prompts) {
    const std::string when = prompt.time_ns == 0 ? std::string(16, ' ') : format_local(prompt.time_ns);
    const std::size_t room =
        screen.columns.value_or(100'000) - std::min<std::size_t>(20, screen.columns.value_or(20));
    const std::vector<std::string> lines = wrapped(printable(prompt.prompt), std::max<std::size_t>(room, 20));
    for (std::size_t i = 0; i < lines.size(); ++i)
      out += "  " + (i == 0 ? screen.paint(Tone::dim, when) : std::string(16, ' ')) + "  " + lines[i] + "\n";
    for (const claude_code::Paste& paste : prompt.pastes)
      out +=
          std::string(20, ' ') +
          screen.paint(Tone::dim, fmt::format("pasted #{}: {}", printable(paste.number),
                                              paste.content.empty() ? std::string("not there any more")
                                                                    : format_bytes(paste.content.size()))) +
          "\n";
  }
}

void files(std::string& out, const app::LostDetails& details, const Screen& screen) {
  if (details.files.empty()) return;
  out += "\n" + screen.paint(Tone::bold, "Files") + "\n";
  std::vector<std::vector<Cell>> rows;
  for (const app::LostFile& file : details.files) {
    const std::string where = file.on_disk ? file.stored ? "on disk, archived" : "on disk" : "archived";
    const std::string version =
        file.original.empty() ? "" : file.path.substr(std::min(file.path.rfind('@'), file.path.size()));
    rows.push_back({{"  " + (file.original.empty() ? file.path : with_tilde(file.original) + version)},
                    {format_bytes(file.size)},
                    {format_local(file.mtime_ns)},
                    {where, file.stored ? Tone::good : Tone::warning}});
  }
  out += lines_of({{"", false, Column::Cut::start, 20}, {"", true}, {}, {}}, rows, screen);
}

}  // namespace

std::string render(const app::LostResult& result, const Screen& screen) {
  if (result.sessions.empty()) return {};
  const bool wide = !screen.columns || *screen.columns >= kWideColumns;
  std::vector<Column> columns{{"LAST SEEN"}, {"ID"}, {"PROMPTS", true}, {"FILES", true}};
  if (wide) columns.push_back({"KNOWN FROM"});
  columns.push_back({"FOLDER", false, Column::Cut::start, 12});
  columns.push_back({"FIRST PROMPT", false, Column::Cut::end, 12});
  std::vector<std::vector<Cell>> rows;
  for (const app::LostSession& session : result.sessions) {
    const std::string when = session.last_ns == 0 ? ""
                             : screen.columns     ? format_relative(session.last_ns, screen.now)
                                                  : format_local(session.last_ns);
    std::vector<Cell> row{{when},
                          {screen.columns ? std::string(session.id.brief()) : session.id.text(), Tone::dim},
                          {grouped(session.prompts)},
                          {grouped(session.files)}};
    if (wide) row.push_back({known_from(session)});
    row.push_back({with_tilde(session.folder), Tone::accent});
    row.push_back({session.first_prompt});
    rows.push_back(std::move(row));
  }
  return lines_of(columns, rows, screen);
}

std::string render(const app::LostDetails& details, const Screen& screen) {
  const app::LostSession& session = details.session;
  std::string out = screen.paint(Tone::bold, "Lost session " + session.id.text()) + "\n";
  fact(out, screen, "known from", known_from(session));
  fact(out, screen, "folder", with_tilde(session.folder));
  if (session.first_ns != 0) {
    fact(out, screen, "first seen", format_local(session.first_ns));
    fact(out, screen, "last seen",
         format_local(session.last_ns) + " (" + format_relative(session.last_ns, screen.now) + ")");
  }
  for (const SessionId& fork : session.forks) fact(out, screen, "fork", fork.text());
  prompts(out, details, screen);
  files(out, details, screen);
  if (!details.prompts.empty() || !details.files.empty())
    out += "\nSave them:  " +
           screen.paint(Tone::accent, fmt::format("csb lost {} --export DIR", session.id.brief())) + "\n";
  return out;
}

std::string render(const app::LostExport& done, const Screen& screen) {
  std::string out = fmt::format("{} in {}\n", counted(done.written.size(), "file"),
                                screen.paint(Tone::accent, printable(with_tilde(done.directory))));
  for (const std::string& path : done.written) out += "  " + printable(path) + "\n";
  return out;
}

}  // namespace csb::cli
