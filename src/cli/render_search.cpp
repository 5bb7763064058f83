#include "render_search.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using app::SearchHit;
using app::SearchText;
using catalogue::TextKind;

/// What is shown of a text that is not cut to a terminal.
constexpr std::size_t kPipedColumns = 300;

std::string_view role_of(TextKind kind) {
  switch (kind) {
    case TextKind::prompt:
      return "user";
    case TextKind::client:
      return "client";
    case TextKind::answer:
      return "assistant";
    case TextKind::thinking:
      return "thinking";
    case TextKind::notice:
      return "notice";
    case TextKind::title:
      return "title";
    case TextKind::tool_input:
      return "tool";
    case TextKind::tool_output:
      return "output";
    case TextKind::attachment:
      return "attachment";
  }
  return "";
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// The last `columns` columns of a text.
std::string end_of(const std::string& text, std::size_t columns) {
  if (display_width(text) <= columns) return text;
  std::size_t begin = text.size();
  for (std::size_t at = text.size(); at > 0;) {
    --at;
    if (continues_character(text[at])) continue;
    if (display_width(std::string_view(text).substr(at)) + 1 > columns) break;
    begin = at;
  }
  return "…" + text.substr(begin);
}

std::string on_one_line(std::string_view text) {
  std::string out;
  for (const char c : printable(text))
    if (c != ' ' || (!out.empty() && out.back() != ' ')) out += c;
  return out;
}

}  // namespace

std::string snippet(const SearchHit& hit, std::size_t columns, const Paint& paint) {
  const std::string& text = hit.text.text;
  if (hit.marks.empty()) return cut_to_columns(on_one_line(text), columns);
  // A third of the room for what stands before the first match.
  const std::size_t first = hit.marks.front().begin;
  std::string out = on_one_line(std::string_view(text).substr(0, first));
  const bool blank_before = first > 0 && !out.empty() && out.back() == ' ';
  if (!out.empty() && !blank_before && printable(text.substr(first - 1, 1)) == " ") out += ' ';
  out = hit.cut_before && display_width(out) <= columns / 3 ? "…" + out : end_of(out, columns / 3);
  std::size_t used = display_width(out), at = first;
  for (std::size_t i = 0; i <= hit.marks.size() && used < columns; ++i) {
    const bool is_last = i == hit.marks.size();
    const std::size_t begin = is_last ? text.size() : hit.marks[i].begin;
    const auto add = [&](std::size_t from, std::size_t to, Tone tone) {
      if (to <= from || used >= columns) return;
      const std::string part =
          cut_to_columns(on_one_line(std::string_view(text).substr(from, to - from)), columns - used);
      const std::string blank = (text[from] == ' ' || text[from] == '\n') && used < columns ? " " : "";
      used += display_width(part) + blank.size();
      out += blank + (tone == Tone::plain ? part : paint(tone, part));
    };
    add(at, begin, Tone::plain);
    if (is_last) break;
    add(begin, hit.marks[i].end, Tone::warning);
    at = hit.marks[i].end;
  }
  return out;
}

std::string SearchPrinter::heading(const SearchHit& hit) const {
  const catalogue::Session& session = hit.session;
  const Paint& paint = screen_.paint;
  const std::string when = session.active_ns == 0 ? ""
                           : screen_.columns      ? format_relative(session.active_ns, screen_.now)
                                                  : format_local(session.active_ns);
  const std::string id = screen_.columns ? std::string(session.id.brief()) : session.id.text();
  const std::string mark = hit.is_deleted ? "  [deleted]" : "";
  const std::string folder = printable(folder_of(session));
  std::string title = printable(title_of(session));
  if (screen_.columns) {
    const std::size_t columns = std::max<std::size_t>(*screen_.columns, 20);
    const std::size_t taken = id.size() + display_width(when) + mark.size() + 4;
    title = cut_to_columns(title, columns > taken + 10 ? columns - taken : 10);
  }
  std::string out = paint(Tone::bold, title) + paint(Tone::bad, mark) + "  " + paint(Tone::dim, id);
  if (!when.empty()) out += "  " + when;
  return screen_.columns ? out + "\n" : out + "  " + paint(Tone::accent, folder) + "\n";
}

std::string SearchPrinter::line(const SearchText& text, const std::string& shown, Tone tone) const {
  const std::string when = text.time_ns == 0 ? "" : format_local(text.time_ns) + "  ";
  std::string role(role_of(text.kind));
  if (!text.tool.empty()) role += " " + cut_to_columns(printable(text.tool), 24);
  return "  " + screen_.paint(Tone::dim, when) + screen_.paint(tone, role) + "  " + shown;
}

std::string SearchPrinter::print(const SearchHit& hit) {
  std::string out;
  if (session_ != hit.session.id.text()) {
    if (!session_.empty()) out += "\n";
    session_ = hit.session.id.text();
    out += heading(hit);
  }
  std::string marks;
  if (hit.is_older) marks += "[older version] ";
  if (!hit.agent_id.empty()) marks += "[subagent] ";
  if (hit.also_in > 0) marks += fmt::format("[also in {}] ", counted(hit.also_in, "other session"));
  const std::size_t columns = screen_.columns ? std::max<std::size_t>(*screen_.columns, 40) : kPipedColumns;
  const auto context = [&](const SearchText& text) {
    const std::string head = line(text, "", Tone::dim);
    out += head + cut_to_columns(on_one_line(text.text), screen_.columns ? columns - 34 : columns) + "\n";
  };
  for (const SearchText& text : hit.before) context(text);
  const std::string plain_head =
      SearchPrinter(Screen{screen_.columns, Paint(), screen_.now}).line(hit.text, marks, Tone::plain);
  const std::size_t taken = display_width(plain_head);
  const std::size_t room = !screen_.columns ? columns : columns > taken + 20 ? columns - taken : 20;
  out += line(hit.text, screen_.paint(Tone::warning, marks), Tone::accent) +
         snippet(hit, room, screen_.paint) + "\n";
  for (const SearchText& text : hit.after) context(text);
  if (!hit.before.empty() || !hit.after.empty()) out += "  --\n";
  return out;
}

}  // namespace csb::cli
