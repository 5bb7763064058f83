#include <fmt/format.h>

#include "csb/app/show.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using app::InspectedSession;
using app::SessionState;

/// From here on a line has room for everything.
constexpr std::size_t kWideColumns = 120;

Tone tone_of(SessionState state) {
  switch (state) {
    case SessionState::live:
      return Tone::good;
    case SessionState::changed:
      return Tone::warning;
    case SessionState::moved:
      return Tone::accent;
    case SessionState::shrunk:
    case SessionState::deleted:
      return Tone::bad;
    case SessionState::unknown:
      return Tone::dim;
  }
  return Tone::plain;
}

/// How long the client keeps it; for a deleted one, since when it is known to be gone.
std::string fate_text(const InspectedSession& inspected, std::int64_t now) {
  if (inspected.state != SessionState::deleted) return sweep_text(inspected, now);
  const std::int64_t gone = inspected.session.deleted_ns;
  if (gone == 0) return {};
  const std::int64_t days = std::max<std::int64_t>(0, now - gone) / kNsPerDay;
  return days == 0 ? "gone today" : fmt::format("gone {}d", days);
}

Tone sweep_tone(const InspectedSession& session, std::int64_t now) {
  if (!session.swept_ns) return Tone::plain;
  const std::int64_t days = app::days_until(*session.swept_ns, now);
  return days < 0 ? Tone::bad : days < 7 ? Tone::warning : Tone::dim;
}

std::string when_text(const InspectedSession& session, const Screen& screen) {
  const std::int64_t when = session.session.active_ns;
  if (when == 0) return "";
  return screen.columns ? format_relative(when, screen.now) : format_local(when);
}

std::string folders_of(const app::ListResult& result, std::size_t index, const ListStyle& style) {
  return style.folders > 0 && index < result.folders.size()
             ? folders_text(result.folders[index], style.folders)
             : std::string();
}

/// An indented line of its own, beneath a session's.
std::string folder_line(const std::string& folders, const Screen& screen) {
  if (folders.empty()) return {};
  const std::string text = printable(folders);
  return "  " +
         screen.paint(Tone::accent, screen.columns ? cut_to_columns(text, *screen.columns - 2) : text) + "\n";
}

/// One line each. The id comes first and the title last when piped, so that nothing needs to be cut.
std::string one_line(const app::ListResult& result, const ListStyle& style, const Screen& screen) {
  const bool piped = !screen.columns;
  std::vector<Column> columns{{"LAST USED"},  {"FOLDER", false, Column::Cut::start, 12},
                              {"SIZE", true}, {"MSGS", true},
                              {"STATE"},      {"SWEEP", true}};
  const bool folders = style.folders > 0 && !result.folders.empty();
  if (piped && folders) columns.push_back({"FOLDERS"});
  columns.insert(piped ? columns.begin() : columns.end(), {"ID"});
  columns.insert(piped ? columns.end() : columns.begin(), {"TITLE", false, Column::Cut::end, 24});
  std::vector<std::vector<Cell>> rows;
  for (std::size_t i = 0; i < result.sessions.size(); ++i) {
    const InspectedSession& inspected = result.sessions[i];
    const catalogue::Session& session = inspected.session;
    std::vector<Cell> row{{when_text(inspected, screen)},
                          {folder_of(session), Tone::accent},
                          {format_bytes(session.size)},
                          {grouped(session.messages)},
                          {std::string(app::to_string(inspected.state)), tone_of(inspected.state)},
                          {fate_text(inspected, screen.now), sweep_tone(inspected, screen.now)}};
    if (piped && folders) row.push_back({folders_of(result, i, style)});
    const bool whole_id = piped && !style.short_ids;
    row.insert(piped ? row.begin() : row.end(),
               Cell{whole_id ? session.id.text() : std::string(session.id.brief()), Tone::dim});
    row.insert(piped ? row.end() : row.begin(), Cell{title_of(session), Tone::bold});
    rows.push_back(std::move(row));
  }
  const std::vector<std::string> lines = lay_out(columns, rows, screen.columns, screen.paint);
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {  // the header comes first
    out += lines[i] + "\n";
    if (i > 0 && !piped) out += folder_line(folders_of(result, i - 1, style), screen);
  }
  return out;
}

/// Title and date; below them, indented, the rest.
std::string two_lines(const InspectedSession& inspected, const Screen& screen, std::size_t columns) {
  const catalogue::Session& session = inspected.session;
  const Paint& paint = screen.paint;
  const std::string when = cut_to_columns(when_text(inspected, screen), columns / 2);
  const std::size_t room = columns - display_width(when);
  const std::string title = cut_to_columns(printable(title_of(session)), when.empty() ? room : room - 2);
  std::string out =
      paint(Tone::bold, title) + std::string(when.empty() ? 0 : room - display_width(title), ' ') + when;

  const std::string state(app::to_string(inspected.state));
  const std::string sweep = fate_text(inspected, screen.now);
  const std::string facts =
      fmt::format("{} · {}", format_bytes(session.size), counted(session.messages, "message"));
  const std::size_t taken =
      2 + 8 + 2 + 2 + display_width(facts) + 3 + state.size() + (sweep.empty() ? 0 : 3 + sweep.size());
  const std::string folder =
      cut_start_to_columns(printable(folder_of(session)), columns > taken + 8 ? columns - taken : 8);
  out += fmt::format("\n  {}  {}  {} · {}", paint(Tone::dim, session.id.brief()), paint(Tone::accent, folder),
                     facts, paint(tone_of(inspected.state), state));
  if (!sweep.empty()) out += " · " + paint(sweep_tone(inspected, screen.now), sweep);
  return out + "\n";
}

}  // namespace

std::string folder_of(const catalogue::Session& session) {
  if (session.source == "claude.ai") return session.source;
  const std::string folder = app::resume_directory(session);
  return folder.empty() ? fmt::format("({})", base_name(parent_path(session.path))) : with_tilde(folder);
}

std::string title_of(const catalogue::Session& session) {
  if (!session.title.empty()) return session.title;
  return session.first_prompt.empty() ? "(untitled)" : session.first_prompt;
}

std::string sweep_text(const InspectedSession& session, std::int64_t now) {
  if (!session.swept_ns) return {};
  const std::int64_t days = app::days_until(*session.swept_ns, now);
  return days < 0 ? "overdue" : fmt::format("{}d left", days);
}

std::string render(const app::ListResult& result, const Screen& screen) { return render(result, {}, screen); }

std::string render(const app::ListResult& result, const ListStyle& style, const Screen& screen) {
  if (result.sessions.empty()) return {};
  if (!screen.columns || *screen.columns >= kWideColumns) return one_line(result, style, screen);
  Screen narrow = screen;
  narrow.columns = std::max<std::size_t>(*screen.columns, 20);
  std::string out;
  for (std::size_t i = 0; i < result.sessions.size(); ++i)
    out += two_lines(result.sessions[i], narrow, *narrow.columns) +
           folder_line(folders_of(result, i, style), narrow);
  return out;
}

}  // namespace csb::cli
