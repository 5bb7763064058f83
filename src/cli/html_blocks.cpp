#include <algorithm>
#include <vector>

#include "csb/util/text.hpp"
#include "html_text.hpp"
#include "markdown_text.hpp"

namespace csb::cli {
namespace {

using Lines = std::vector<std::string_view>;

constexpr int kDeepest = 12;

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(' '), line.size()); }
bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }
std::string_view trimmed(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  return line.substr(0, line.find_last_not_of(" \t") + 1);
}

struct Marker {
  std::size_t content = 0;  ///< where the item's text begins; 0: the line begins none
  bool ordered = false;
  std::string_view number;
};

Marker marker_of(std::string_view line) {
  const std::size_t begin = indent_of(line);
  std::size_t at = begin;
  Marker marker;
  if (at < line.size() && (line[at] == '-' || line[at] == '*' || line[at] == '+')) {
    ++at;
  } else {
    while (at < line.size() && line[at] >= '0' && line[at] <= '9' && at - begin < 9) ++at;
    if (at == begin || at >= line.size() || (line[at] != '.' && line[at] != ')')) return {};
    marker.ordered = true;
    marker.number = line.substr(begin, at - begin);
    ++at;
  }
  if (at < line.size() && line[at] != ' ') return {};
  marker.content = std::min(at + 1, line.size());
  if (at == line.size()) marker.content = line.size();
  return marker;
}

bool is_rule(std::string_view line) {
  line = trimmed(line);
  if (line.size() < 3 || (line[0] != '-' && line[0] != '*' && line[0] != '_')) return false;
  return std::all_of(line.begin(), line.end(), [&](char c) { return c == line[0] || c == ' '; });
}

std::size_t heading_level(std::string_view line) {
  const std::size_t begin = indent_of(line);
  const std::size_t level = std::min(line.find_first_not_of('#', begin), line.size()) - begin;
  const bool ends = begin + level >= line.size() || line[begin + level] == ' ';
  return begin < 4 && level >= 1 && level <= 6 && ends ? level : 0;
}

bool is_table_rule(std::string_view line) {
  return line.find('|') != std::string_view::npos && line.find('-') != std::string_view::npos &&
         line.find_first_not_of(" \t|:-") == std::string_view::npos;
}

std::vector<std::string> cells_of(std::string_view line) {
  line = trimmed(line);
  if (line.starts_with('|')) line.remove_prefix(1);
  if (line.ends_with('|') && !line.ends_with("\\|")) line.remove_suffix(1);
  std::vector<std::string> cells(1);
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|')
      cells.back() += line[++i];
    else if (line[i] == '|')
      cells.emplace_back();
    else
      cells.back() += line[i];
  }
  return cells;
}

class Blocks {
 public:
  explicit Blocks(std::string& out) : out_(out) {}

  void render(const Lines& lines, int depth) {
    for (std::size_t at = 0; at < lines.size();) at = block(lines, at, depth);
  }

 private:
  std::size_t block(const Lines& lines, std::size_t at, int depth) {
    const std::string_view line = lines[at];
    if (is_blank(line)) return at + 1;
    if (opening_fence(line).character != 0) return fence(lines, at);
    if (const std::size_t level = heading_level(line); level > 0) {
      const std::string tag = "h" + std::to_string(std::min<std::size_t>(6, level + 2));
      const std::string_view text = trimmed(trimmed(line).substr(level));
      out_ += "<" + tag + ">" + inline_to_html(text) + "</" + tag + ">\n";
      return at + 1;
    }
    if (is_rule(line)) return out_ += "<hr>\n", at + 1;
    if (depth < kDeepest && trimmed(line).starts_with('>')) return quotation(lines, at, depth);
    if (depth < kDeepest && marker_of(line).content > 0) return list(lines, at, depth);
    if (at + 1 < lines.size() && line.find('|') != std::string_view::npos && is_table_rule(lines[at + 1]))
      return table(lines, at);
    return paragraph(lines, at, depth);
  }

  std::size_t fence(const Lines& lines, std::size_t at) {
    const Fence fence = opening_fence(lines[at++]);
    out_ += "<pre><code>";
    for (; at < lines.size() && !closes(lines[at], fence); ++at) {
      append_escaped(out_, lines[at].substr(std::min(fence.indent, indent_of(lines[at]))));
      out_ += '\n';
    }
    out_ += "</code></pre>\n";
    return std::min(at + 1, lines.size());
  }

  std::size_t quotation(const Lines& lines, std::size_t at, int depth) {
    Lines inner;
    for (; at < lines.size() && trimmed(lines[at]).starts_with('>'); ++at) {
      std::string_view line = lines[at].substr(lines[at].find('>') + 1);
      if (line.starts_with(' ')) line.remove_prefix(1);
      inner.push_back(line);
    }
    out_ += "<blockquote>";
    render(inner, depth + 1);
    out_ += "</blockquote>\n";
    return at;
  }

  std::size_t list(const Lines& lines, std::size_t at, int depth) {
    const Marker first = marker_of(lines[at]);
    const std::size_t base = indent_of(lines[at]);
    if (first.ordered)
      out_ += "<ol start=\"" + std::string(first.number) + "\">\n";
    else
      out_ += "<ul>\n";
    while (at < lines.size()) {
      const Marker marker = marker_of(lines[at]);
      if (marker.content == 0 || marker.ordered != first.ordered || indent_of(lines[at]) > base + 1 ||
          indent_of(lines[at]) + 1 < base || is_rule(lines[at]))
        break;
      Lines inner{lines[at].substr(marker.content)};
      for (++at; at < lines.size(); ++at) {
        const bool goes_on = is_blank(lines[at]) ? at + 1 < lines.size() && indent_of(lines[at + 1]) > base &&
                                                       !is_blank(lines[at + 1])
                                                 : indent_of(lines[at]) > base;
        if (!goes_on) break;
        inner.push_back(lines[at].substr(std::min(indent_of(lines[at]), marker.content)));
      }
      out_ += "<li>";
      render(inner, depth + 1);
      out_ += "</li>\n";
      const bool one_blank =
          at + 1 < lines.size() && is_blank(lines[at]) && marker_of(lines[at + 1]).content > 0;
      if (one_blank) ++at;
    }
    out_ += first.ordered ? "</ol>\n" : "</ul>\n";
    return at;
  }

  std::size_t table(const Lines& lines, std::size_t at) {
    out_ += "<div class=\"table\"><table><thead>";
    row(lines[at], "th");
    out_ += "</thead><tbody>";
    for (at += 2; at < lines.size() && lines[at].find('|') != std::string_view::npos; ++at)
      row(lines[at], "td");
    out_ += "</tbody></table></div>\n";
    return at;
  }

  void row(std::string_view line, const std::string& tag) {
    out_ += "<tr>";
    for (const std::string& cell : cells_of(line))
      out_ += "<" + tag + ">" + inline_to_html(trimmed(cell)) + "</" + tag + ">";
    out_ += "</tr>";
  }

  std::size_t paragraph(const Lines& lines, std::size_t at, int depth) {
    std::string text(trimmed(lines[at]));
    for (++at; at < lines.size() && !is_blank(lines[at]); ++at) {
      const std::string_view line = lines[at];
      const bool other =
          opening_fence(line).character != 0 || heading_level(line) > 0 ||
          (depth < kDeepest && (marker_of(line).content > 0 || trimmed(line).starts_with('>')));
      if (other) break;
      text += '\n';
      text += trimmed(line);
    }
    out_ += "<p>" + inline_to_html(text) + "</p>\n";
    return at;
  }

  std::string& out_;
};

}  // namespace

std::string markdown_to_html(std::string_view text) {
  const std::string readable = printable_lines(text);
  std::string out;
  if (readable.size() > kMostMarkdown) {
    out += "<div class=\"verbatim\">";
    append_escaped(out, readable);
    return out + "</div>\n";
  }
  Lines lines;
  for (std::string_view rest = readable; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    lines.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  Blocks(out).render(lines, 0);
  return out;
}

}  // namespace csb::cli
