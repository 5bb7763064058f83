#include "csb/transcript/pattern.hpp"

#include <re2/filtered_re2.h>
#include <re2/re2.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "folded_find.hpp"

namespace csb::transcript {
namespace {

constexpr int kLeastAtom = 2;           ///< shorter texts are in every row
constexpr std::size_t kMostAsked = 64;  ///< atoms of which it is asked whether each is needed
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

constexpr std::size_t kCharacterBytes = 4;

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }
bool is_ascii_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Whether there is a letter or digit. The class of all there are takes most of a millisecond to compile:
/// what is ASCII does without.
bool has_letter(std::string_view text) {
  if (std::any_of(text.begin(), text.end(), is_ascii_word)) return true;
  if (std::all_of(text.begin(), text.end(), is_ascii)) return false;
  static const RE2 expression(R"([\pL\pN\p{Co}])");
  return RE2::PartialMatch(text, expression);
}

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::string_view first_character(std::string_view text) {
  std::size_t size = std::min<std::size_t>(1, text.size());
  while (size < std::min(text.size(), kCharacterBytes) && continues_character(text[size])) ++size;
  return text.substr(0, size);
}
std::string_view last_character(std::string_view text) {
  std::size_t at = text.size() - std::min<std::size_t>(1, text.size());
  while (at > 0 && text.size() - at < kCharacterBytes && continues_character(text[at])) --at;
  return text.substr(at);
}

std::string expression_of(std::string_view text, const Pattern::Options& options) {
  std::string out = options.is_regex ? "(?m)" : "";
  if (!options.case_sensitive) out += "(?i)";
  return out + (options.is_regex ? "(" + std::string(text) + ")" : quoted_literal(text));
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

/// The longest atom without which the filter lets nothing pass; "" when there is none.
std::string needed_atom(const re2::FilteredRE2& filter, const std::vector<std::string>& atoms) {
  std::string needed;
  if (atoms.size() > kMostAsked) return needed;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    std::vector<int> others, potential;
    for (std::size_t other = 0; other < atoms.size(); ++other)
      if (other != i) others.push_back(static_cast<int>(other));
    filter.AllPotentials(others, &potential);
    if (potential.empty() && atoms[i].size() > needed.size()) needed = atoms[i];
  }
  return needed;
}

struct Compiled {
  re2::FilteredRE2 filter{kLeastAtom};
  std::vector<std::string> atoms;  ///< what raw JSON must hold for the atom to be there; "" = nothing
  std::string needed;              ///< one of them, see needed_atom()
  [[nodiscard]] const RE2& expression() const { return filter.GetRE2(0); }
};

}  // namespace

struct Pattern::State {
  State(std::string_view searched, Options how)
      : text(searched),
        options(how),
        begins_word(how.where != Where::anywhere && has_letter(first_character(searched))),
        ends_word(how.where == Where::word && has_letter(last_character(searched))) {}

  /// Compiles it when it is first needed: many searches end without a look at any text.
  /// @throws Error{usage}
  [[nodiscard]] const Compiled& compiled() {
    std::call_once(once, [this] { compile(); });
    return *result;
  }
  void compile();

  /// Whether it stands there as a word. No matter of the expression: with the class of all letters in it,
  /// compiling it takes longer than a search may.
  [[nodiscard]] bool is_word_at(std::string_view in, const Span& span) const {
    return !(begins_word && has_letter(last_character(in.substr(0, span.begin)))) &&
           !(ends_word && has_letter(first_character(in.substr(span.end))));
  }

  const std::string text;
  const Options options;
  const bool begins_word, ends_word;
  std::once_flag once;
  std::optional<Compiled> result;
};

void Pattern::State::compile() {
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
  if (options.is_regex) check(text);  // by itself: it may not close the group around it
  Compiled& made = result.emplace();
  const std::string expression = expression_of(text, options);
  int id = 0;
  if (made.filter.Add(expression, settings, &id) != RE2::NoError) check(expression);
  std::vector<std::string> atoms;
  made.filter.Compile(&atoms);
  for (const std::string& atom : atoms) made.atoms.push_back(longest_plain_run(atom));
  made.needed = needed_atom(made.filter, made.atoms);
}

Pattern::Pattern(std::unique_ptr<State> state) : state_(std::move(state)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Pattern Pattern::compile(std::string_view text, Options options) {
  auto state = std::make_unique<State>(text, options);
  if (options.is_regex) static_cast<void>(state->compiled());  // whether it is one has to be said at once
  return Pattern(std::move(state));
}

bool Pattern::matches(std::string_view text) const {
  if (!state_->begins_word && !state_->ends_word)
    return RE2::PartialMatch(text, state_->compiled().expression());
  return !find(text, 1).empty();
}

std::vector<Span> Pattern::find(std::string_view text, std::size_t limit) const {
  std::vector<Span> spans;
  const RE2& expression = state_->compiled().expression();
  std::size_t from = 0;
  re2::StringPiece found;
  while (spans.size() < limit && from <= text.size() &&
         expression.Match(text, from, text.size(), RE2::UNANCHORED, &found, 1)) {
    const auto begin = static_cast<std::size_t>(found.data() - text.data());
    const Span span{begin, begin + found.size()};
    const bool counts = !found.empty() && state_->is_word_at(text, span);
    if (counts) spans.push_back(span);
    from = counts ? span.end : begin + 1;
    // What else begins within this word begins no word either.
    if (!counts && state_->begins_word)
      while (from < text.size() && is_ascii_word(text[from])) ++from;
  }
  return spans;
}

bool Pattern::may_match_json(std::string_view json) const {
  const Compiled& compiled = state_->compiled();
  // Words of a literal text are atoms of their own: most JSON is told by one of them.
  if (!compiled.needed.empty() && folded_find(json, compiled.needed) == std::string_view::npos)
    return has_escaped_ascii(json);
  std::vector<int> present;
  for (std::size_t i = 0; i < compiled.atoms.size(); ++i)
    if (compiled.atoms[i].empty() || folded_find(json, compiled.atoms[i]) != std::string_view::npos)
      present.push_back(static_cast<int>(i));
  std::vector<int> potential;
  compiled.filter.AllPotentials(present, &potential);
  return !potential.empty() || has_escaped_ascii(json);
}

bool has_word(std::string_view text) { return has_letter(text); }

bool has_unspaced_script(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_ascii)) return false;
  static const RE2 expression(
      R"([\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}])");
  return RE2::PartialMatch(text, expression);
}

}  // namespace csb::transcript
