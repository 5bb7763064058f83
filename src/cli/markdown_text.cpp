#include "markdown_text.hpp"

#include <algorithm>

#include "csb/util/text.hpp"
#include "text_pieces.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kHeadingShift = 2;  // the document's own are # and ##

/// The longest run of a character in a text that comes in pieces.
class LongestRun {
 public:
  explicit LongestRun(char of) : of_(of) {}
  void feed(std::string_view piece) {
    for (const char each : piece) {
      run_ = each == of_ ? run_ + 1 : 0;
      longest_ = std::max(longest_, run_);
    }
  }
  [[nodiscard]] std::size_t length() const { return longest_; }

 private:
  char of_;
  std::size_t run_ = 0, longest_ = 0;
};

std::size_t longest_run(std::string_view text, char c) {
  LongestRun run(c);
  run.feed(text);
  return run.length();
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::string_view without_indent(std::string_view line, std::size_t columns) {
  const auto begin = std::min(line.find_first_not_of(' '), line.size());
  return line.substr(std::min(begin, columns));
}

bool is_blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

/// A line of = or - alone makes a heading of the line above it.
bool is_underline(std::string_view line) {
  line = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  line = line.substr(0, line.find_last_not_of(" \t") + 1);
  return !line.empty() && (line[0] == '=' || line[0] == '-') &&
         line.find_first_not_of(line[0]) == std::string_view::npos;
}

/// Says of what follows in a block of lines whether it is code. Only where every run of backticks so far
/// found its other half in its own line does it follow the same rule as every renderer; from there on
/// nothing counts as code.
class CodeSpans {
 public:
  void begin_block() { certain_ = true; }
  /// @return the end of the code span that begins at `at`, a backtick; `at` when there is none
  std::size_t span_end(std::string_view line, std::size_t at) {
    const std::size_t run_end = std::min(line.find_first_not_of('`', at), line.size());
    const bool escaped = at > 0 && line[at - 1] == '\\';
    for (std::size_t i = run_end; certain_ && !escaped && i < line.size();) {
      i = std::min(line.find('`', i), line.size());
      const std::size_t end = std::min(line.find_first_not_of('`', i), line.size());
      if (i < line.size() && end - i == run_end - at) return end;
      i = end;
    }
    certain_ = false;
    return at;
  }
  void distrust() { certain_ = false; }

 private:
  bool certain_ = true;
};

/// What can begin a tag, a comment or a processing instruction.
bool opens_html(std::string_view line, std::size_t at) {
  if (at + 1 >= line.size()) return true;
  const char c = line[at + 1];
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '/' || c == '!' || c == '?';
}

/// What follows a "]" makes it a link to something else than a page, a mail address or a file: a script.
bool leads_astray(std::string_view rest) {
  if (!rest.starts_with('(') && !rest.starts_with(':')) return false;
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t<", 1), rest.size()));
  const std::string_view target = rest.substr(0, rest.find_first_of(") \t"));
  const std::string scheme = ascii_lower(target.substr(0, target.find_first_of(":/?#")));
  const bool has_scheme = scheme.size() < target.size() && target[scheme.size()] == ':';
  if (target.find('&') < target.find_first_of("/?#")) return true;  // spelled so that it does not show
  return has_scheme && scheme != "http" && scheme != "https" && scheme != "mailto";
}

std::string safe_line(std::string_view line, CodeSpans& spans) {
  std::string out;
  if (line.find('|') != std::string_view::npos) spans.distrust();  // cells of a table end code spans
  const auto hash = line.find_first_not_of(' ');
  if (hash < 4 && line[hash] == '#') {
    const std::size_t level = std::min(line.find_first_not_of('#', hash), line.size()) - hash;
    if (level <= 6) out.assign(std::min(kHeadingShift, 6 - level), '#');
    line.remove_prefix(hash);
  }
  for (std::size_t at = 0; at < line.size();) {
    std::size_t end = at + 1;
    if (line[at] == '`') {
      end = std::max(spans.span_end(line, at), std::min(line.find_first_not_of('`', at), line.size()));
      out += line.substr(at, end - at);
    } else if (line[at] == '<' && opens_html(line, at)) {
      out += "&lt;";
    } else if (line[at] == ']' && leads_astray(line.substr(at + 1))) {
      out += "\\]";
    } else {
      out += line[at];
    }
    at = end;
  }
  return out;
}

/// The lines up to the one that closes the fence, as a block of code at the margin.
std::string fenced_block(std::string_view& text, const Fence& fence) {
  std::string content;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (closes(line, fence)) break;
    content += without_indent(line, fence.indent);
    content += '\n';
  }
  return code_block(content, fence.language);
}

}  // namespace

Fence opening_fence(std::string_view line) {
  Fence fence;
  fence.indent = std::min(line.find_first_not_of(' '), line.size());
  line.remove_prefix(fence.indent);
  if (line.empty() || (line[0] != '`' && line[0] != '~')) return {};
  fence.length = std::min(line.find_first_not_of(line[0]), line.size());
  const std::string_view info = line.substr(fence.length);
  if (fence.length < 3 || (line[0] == '`' && info.find('`') != std::string_view::npos)) return {};
  fence.character = line[0];
  const auto begin = std::min(info.find_first_not_of(" \t"), info.size());
  fence.language = info.substr(begin, info.find_first_of(" \t", begin) - begin);
  return fence;
}

bool closes(std::string_view line, const Fence& fence) {
  line = line.substr(std::min(line.find_first_not_of(' '), line.size()));
  const std::size_t length = std::min(line.find_first_not_of(fence.character), line.size());
  return length >= fence.length && is_blank(line.substr(length));
}

std::string safe_markdown(std::string_view raw) {
  const std::string readable = printable_lines(raw);
  std::string_view text = readable;
  std::string out;
  CodeSpans spans;
  bool after_text = false;  // the line before is part of a paragraph
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (const Fence fence = opening_fence(line); fence.character != 0) {
      if (!out.empty() && !out.ends_with("\n\n")) out += '\n';
      out += fenced_block(text, fence);
      out += '\n';
      spans.begin_block();
      after_text = false;
      continue;
    }
    if (is_blank(line)) {
      spans.begin_block();
      after_text = false;
      if (!out.empty() && !out.ends_with("\n\n")) out += '\n';
      continue;
    }
    if (after_text && is_underline(line)) out += '\\';
    out += safe_line(line, spans);
    out += '\n';
    after_text = true;
  }
  out.erase(out.find_last_not_of('\n') + 1);
  return out.empty() ? out : out + "\n";
}

void code_block_to(const std::function<void(std::string_view)>& sink, std::string_view raw,
                   std::string_view language) {
  LongestRun ticks('`');
  // As it is written: what becomes visible or is left out may join runs.
  for (std::string_view rest = raw; !rest.empty();) ticks.feed(printable_lines(take_piece(rest)));
  const std::string fence(std::max<std::size_t>(3, ticks.length() + 1), '`');
  std::string info;
  for (const char c : language)
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '#' ||
        c == '-' || c == '_')
      info += c;
  sink(fence + info + "\n");
  bool in_a_line = false;
  while (!raw.empty()) {
    const std::string piece = printable_lines(take_piece(raw));
    if (!piece.empty()) in_a_line = piece.back() != '\n';
    sink(piece);
  }
  sink((in_a_line ? "\n" : "") + fence + "\n");
}

std::string code_block(std::string_view raw, std::string_view language) {
  std::string out;
  code_block_to([&](std::string_view piece) { out += piece; }, raw, language);
  return out;
}

std::string code_span(std::string_view raw) {
  const std::string text = printable(raw);
  if (text.empty()) return {};
  const std::string ticks(longest_run(text, '`') + 1, '`');
  const bool pad = text.front() == '`' || text.back() == '`' || text.front() == ' ' || text.back() == ' ';
  const std::string_view space = pad ? " " : "";
  return ticks + std::string(space) + text + std::string(space) + ticks;
}

std::string plain_text(std::string_view raw) {
  std::string out;
  for (const char c : printable(raw)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '\\':
      case '`':
      case '*':
      case '_':
      case '[':
      case ']':
      case '#':
      case '|':
        out += '\\';
        [[fallthrough]];
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace csb::cli
