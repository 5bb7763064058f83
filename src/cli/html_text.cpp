#include "html_text.hpp"

#include <algorithm>
#include <array>

#include "csb/util/text.hpp"
#include "text_pieces.hpp"

namespace csb::cli {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t'; }

bool is_link_target(std::string_view url) {
  const bool known = url.starts_with("https://") || url.starts_with("http://") || url.starts_with("mailto:");
  return known && url.find_first_of(" \n\t\"'<>`\\") == std::string_view::npos;
}

/// Where a text that is looked for again and again comes next; no part of the paragraph is searched twice.
class NextPlace {
 public:
  explicit NextPlace(std::string_view what) : what_(what) {}
  std::size_t from(std::string_view text, std::size_t at) {
    if (!known_ || place_ < at) place_ = text.find(what_, at), known_ = true;
    return place_;
  }

 private:
  std::string_view what_;
  std::size_t place_ = 0;
  bool known_ = false;
};

/// Reads one paragraph from its start to its end, once.
class Inline {
 public:
  explicit Inline(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    switch (text_[at_]) {
      case '\\':
        if (at_ + 1 < text_.size() &&
            std::string_view("\\`*_[]()#+-.!|<>~{}").find(text_[at_ + 1]) != std::string_view::npos)
          ++at_;
        return copy(1);
      case '`':
        if (!code()) copy_run('`');
        return;
      case '*':
        if (!emphasis("**", "strong", strong_) && !emphasis("*", "em", star_)) copy_run('*');
        return;
      case '_':
        if (!emphasis("__", "strong", bars_) && !emphasis("_", "em", bar_)) copy_run('_');
        return;
      case '~':
        if (!emphasis("~~", "del", tildes_)) copy_run('~');
        return;
      case '[':
        if (!link()) copy(1);
        return;
      case 'h':
        if (!bare_url()) copy(1);
        return;
      case '\n':
        out_ += "<br>\n";
        ++at_;
        return;
      default:
        copy(1);
    }
  }

  void copy(std::size_t count) {
    append_escaped(out_, text_.substr(at_, count));
    at_ += count;
  }
  void copy_run(char c) { copy(std::min(text_.find_first_not_of(c, at_), text_.size()) - at_); }

  bool code() {
    constexpr std::size_t kLongestRun = 8;
    const std::size_t run = std::min(text_.find_first_not_of('`', at_), text_.size()) - at_;
    if (run > kLongestRun || unmatched_[run]) return false;
    std::size_t close = at_ + run, end = close;
    do {
      close = text_.find('`', end);
      if (close == std::string_view::npos) return unmatched_[run] = true, false;
      end = std::min(text_.find_first_not_of('`', close), text_.size());
    } while (end - close != run);
    std::string_view content = text_.substr(at_ + run, close - at_ - run);
    if (content.size() > 2 && content.front() == ' ' && content.back() == ' ')
      content = content.substr(1, content.size() - 2);
    out_ += "<code>";
    append_escaped(out_, content);
    out_ += "</code>";
    at_ = end;
    return true;
  }

  /// The text between two marks; no syntax is read in it but that of code, which has the last word.
  bool emphasis(std::string_view mark, const char* tag, NextPlace& next) {
    if (text_.substr(at_, mark.size()) != mark) return false;
    const std::size_t begin = at_ + mark.size();
    if (begin >= text_.size() || is_space(text_[begin]) || text_[begin] == mark[0]) return false;
    const bool in_a_word = at_ > 0 && is_word(text_[at_ - 1]);
    if (in_a_word && mark[0] == '_') return false;
    const std::size_t close = next.from(text_, begin);
    if (close == std::string_view::npos || is_space(text_[close - 1])) return false;
    const std::size_t end = close + mark.size();
    if (mark[0] == '_' && end < text_.size() && is_word(text_[end])) return false;
    const std::string_view content = text_.substr(begin, close - begin);
    const bool is_code = content.size() > 2 && content.front() == '`' && content.back() == '`' &&
                         content.find('`', 1) == content.size() - 1;
    if (!is_code && ticks_.from(text_, begin) < close) return false;
    out_ += std::string("<") + tag + (is_code ? "><code>" : ">");
    append_escaped(out_, is_code ? content.substr(1, content.size() - 2) : content);
    out_ += std::string(is_code ? "</code></" : "</") + tag + ">";
    at_ = end;
    return true;
  }

  bool link() {
    const std::size_t middle = link_.from(text_, at_);
    if (middle == std::string_view::npos || middle - at_ > 1000) return false;
    const std::size_t close = close_.from(text_, middle);
    if (close == std::string_view::npos || close - middle > 4000) return false;
    const std::string_view label = text_.substr(at_ + 1, middle - at_ - 1);
    const std::string_view target = text_.substr(middle + 2, close - middle - 2);
    if (label.find('[') != std::string_view::npos || !is_link_target(target)) return false;
    anchor(target, label);
    at_ = close + 1;
    return true;
  }

  bool bare_url() {
    if (at_ > 0 && is_word(text_[at_ - 1])) return false;
    const std::string_view rest = text_.substr(at_);
    if (!rest.starts_with("http://") && !rest.starts_with("https://")) return false;
    std::size_t end = std::min(rest.find_first_of(" \n\t\"'<>`\\*)]"), rest.size());
    while (end > 0 && std::string_view(".,;:!?").find(rest[end - 1]) != std::string_view::npos) --end;
    const std::string_view url = rest.substr(0, end);
    if (url.size() < 10 || !is_link_target(url)) return false;
    anchor(url, url);
    at_ += end;
    return true;
  }

  void anchor(std::string_view target, std::string_view label) {
    out_ += "<a rel=\"noopener noreferrer\" href=\"";
    append_escaped(out_, target);
    out_ += "\">";
    append_escaped(out_, label);
    out_ += "</a>";
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  std::array<bool, 9> unmatched_{};
  NextPlace strong_{"**"}, star_{"*"}, bars_{"__"}, bar_{"_"}, tildes_{"~~"}, link_{"]("}, close_{")"},
      ticks_{"`"};
};

}  // namespace

void append_escaped(std::string& out, std::string_view readable) {
  for (const char c : readable) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
}

std::string html_escape(std::string_view text) {
  std::string out;
  append_escaped(out, printable_lines(text));
  return out;
}

void html_escape_to(const std::function<void(std::string_view)>& sink, std::string_view text) {
  while (!text.empty()) sink(html_escape(take_piece(text)));
}

std::string inline_to_html(std::string_view readable) { return Inline(readable).run(); }

}  // namespace csb::cli
