#include "csb/transcript/pattern.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "folded_find.hpp"

namespace csb::transcript {
namespace {

constexpr int kLeastAtom = 2;  ///< shorter texts are in every row
constexpr std::int64_t kMaxMemory = std::int64_t{8} << 20;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/// Characters that JSON may only write as they are, or that no writer escapes.
bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(" _-.,:;()[]{}!?*#@%$|~^").find(c) != std::string_view::npos;
}

std::string longest_plain_run(std::string_view text) {
  std::string_view best;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_plain(text[end])) ++end;
    if (end - at > best.size()) best = text.substr(at, end - at);
    at = end + 1;
  }
  return ascii_lower(best);
}

std::string quoted_literal(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_space(text[end]) == is_space(text[at])) ++end;
    out += is_space(text[at]) ? std::string("\\s+") : RE2::QuoteMeta(text.substr(at, end - at));
    at = end;
  }
  return out;
}

const RE2& word_at_start() {
  static const RE2 expression(R"(^[\pL\pN\p{Co}])");
  return expression;
}
const RE2& word_at_end() {
  static const RE2 expression(R"([\pL\pN\p{Co}]$)");
  return expression;
}

/// Group 1 is the match; what stands around it only has to be there.
std::string expression_of(std::string_view text, const Pattern::Options& options) {
  const std::string core = options.is_regex ? std::string(text) : quoted_literal(text);
  std::string out = options.is_regex ? "(?m)" : "";
  if (!options.case_sensitive) out += "(?i)";
  const bool begins_word =
      options.where != Pattern::Where::anywhere && RE2::PartialMatch(text, word_at_start());
  const bool ends_word = options.where == Pattern::Where::word && RE2::PartialMatch(text, word_at_end());
  if (begins_word) out += R"((?:^|[^\pL\pN\p{Co}]))";
  out += "(" + core + ")";
  if (ends_word) out += R"((?:$|[^\pL\pN\p{Co}]))";
  return out;
}

/// "\u0041": ASCII that was written as an escape, which no search of raw bytes would see.
bool has_escaped_ascii(std::string_view json) {
  static constexpr std::string_view kEscape = "\\u00";
  // Backslashes are many: memchr, as find() uses it, would stop at each of them.
  for (std::size_t at = folded_find(json, kEscape); at != std::string_view::npos;
       at = folded_find(json, kEscape)) {
    json.remove_prefix(at + kEscape.size());
    if (!json.empty() && json.front() >= '2' && json.front() <= '7') return true;
  }
  return false;
}

}  // namespace

struct Pattern::State {
  re2::FilteredRE2 filter{kLeastAtom};
  std::vector<std::string> atoms;  ///< what raw JSON must hold for the atom to be there; "" = nothing
  [[nodiscard]] const RE2& expression() const { return filter.GetRE2(0); }
};

Pattern::Pattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Pattern Pattern::compile(std::string_view text, Options options) {
  auto state = std::make_unique<State>();
  RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_max_mem(kMaxMemory);
  const auto check = [&](const std::string& expression) {
    const RE2 compiled(expression, settings);
    if (compiled.ok()) return;
    throw Error(ErrorCode::usage,
                "'" + printable(text) + "' is no regular expression: " + printable(compiled.error()),
                "the syntax is that of RE2; without -E a text is searched for as it is");
  };
  if (options.is_regex) check(std::string(text));  // by itself: it may not close the group around it
  const std::string expression = expression_of(text, options);
  check(expression);
  int id = 0;
  static_cast<void>(state->filter.Add(expression, settings, &id));
  std::vector<std::string> atoms;
  state->filter.Compile(&atoms);
  for (const std::string& atom : atoms) state->atoms.push_back(longest_plain_run(atom));
  return Pattern(std::move(state));
}

bool Pattern::matches(std::string_view text) const { return RE2::PartialMatch(text, state_->expression()); }

std::vector<Span> Pattern::find(std::string_view text, std::size_t limit) const {
  std::vector<Span> spans;
  const RE2& expression = state_->expression();
  std::size_t from = 0;
  re2::StringPiece groups[2];
  while (spans.size() < limit && from <= text.size() &&
         expression.Match(text, from, text.size(), RE2::UNANCHORED, groups, 2)) {
    const auto begin = static_cast<std::size_t>(groups[1].data() - text.data());
    const std::size_t end = begin + groups[1].size();
    if (end > begin) spans.push_back({begin, end});
    from = end > from ? end : from + 1;
  }
  return spans;
}

bool Pattern::may_match_json(std::string_view json) const {
  std::vector<int> present;
  for (std::size_t i = 0; i < state_->atoms.size(); ++i)
    if (state_->atoms[i].empty() || folded_find(json, state_->atoms[i]) != std::string_view::npos)
      present.push_back(static_cast<int>(i));
  std::vector<int> potential;
  state_->filter.AllPotentials(present, &potential);
  return !potential.empty() || has_escaped_ascii(json);
}

bool has_word(std::string_view text) {
  static const RE2 expression(R"([\pL\pN\p{Co}])");
  return RE2::PartialMatch(text, expression);
}

bool has_unspaced_script(std::string_view text) {
  static const RE2 expression(
      R"([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}])");
  return RE2::PartialMatch(text, expression);
}

}  // namespace csb::transcript
