#include "search_terms.hpp"

#include <algorithm>

#include "csb/catalogue/text_index.hpp"

namespace csb::app {
namespace {

using transcript::Pattern;
using transcript::Span;

/// Beginnings of words shorter than this are whole words: too many words begin so.
constexpr std::size_t kLeastBeginning = 3;

bool is_ascii_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool may_be_word(char c) { return is_ascii_word(c) || static_cast<unsigned char>(c) >= 0x80; }

/// Characters of the word at the end of a term.
std::size_t length_of_last_word(std::string_view term) {
  std::size_t length = 0;
  for (; !term.empty() && may_be_word(term.back()); term.remove_suffix(1))
    length += (static_cast<unsigned char>(term.back()) & 0xC0) == 0x80 ? 0 : 1;
  return length;
}

Pattern::Options options_of(const SearchRequest& request, bool is_open) {
  Pattern::Options options;
  options.is_regex = request.how == SearchRequest::How::regex;
  options.case_sensitive = request.case_sensitive;
  if (request.how == SearchRequest::How::words)
    options.where = is_open ? Pattern::Where::word_start : Pattern::Where::word;
  return options;
}

}  // namespace

SearchTerms::SearchTerms(const SearchRequest& request)
    : are_indexed_(request.how == SearchRequest::How::words) {
  const bool is_regex = request.how == SearchRequest::How::regex;
  query_ = parse_query(request.terms, {request.match_any, !request.fixed, !is_regex});
  for (std::size_t i = 0; i < query_.terms.size(); ++i) {
    const std::string& term = query_.terms[i];
    open_.push_back(length_of_last_word(term) >= kLeastBeginning);
    exact_.push_back(!request.case_sensitive && std::all_of(term.begin(), term.end(), is_ascii_word));
    patterns_.push_back(Pattern::compile(term, options_of(request, open_.back())));
    if (query_.wanted[i]) wanted_ |= std::uint64_t{1} << i;
    // Half of it: between its words there may be more in the text than in the term.
    if (!transcript::has_word(term) || transcript::has_unspaced_script(term) ||
        term.size() > catalogue::TextIndex::kLongestPhrase / 2)
      are_indexed_ = false;
  }
}

std::uint64_t SearchTerms::found_in(std::string_view text) const {
  std::uint64_t found = 0;
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    if (patterns_[i].matches(text)) found |= std::uint64_t{1} << i;
  return found;
}

bool SearchTerms::may_be_in_json(std::string_view json) const {
  return std::any_of(patterns_.begin(), patterns_.end(),
                     [&](const Pattern& pattern) { return pattern.may_match_json(json); });
}

std::vector<Span> SearchTerms::find(std::string_view text, std::size_t limit) const {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < patterns_.size(); ++i) {
    if ((wanted_ >> i & 1) == 0) continue;
    const auto found = patterns_[i].find(text, limit);
    spans.insert(spans.end(), found.begin(), found.end());
  }
  std::sort(spans.begin(), spans.end(), [](const Span& a, const Span& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Span> apart;
  for (const Span& span : spans) {
    if (apart.size() == limit) break;
    if (apart.empty() || span.begin >= apart.back().end)
      apart.push_back(span);
    else
      apart.back().end = std::max(apart.back().end, span.end);
  }
  return apart;
}

std::string SearchTerms::expression_of(std::size_t term, bool open_end) const {
  return catalogue::TextIndex::phrase(query_.terms[term], open_end && open_[term]);
}

std::string SearchTerms::expression_of_any(bool open_end) const {
  std::string out;
  for (std::size_t i = 0; i < patterns_.size(); ++i)
    if ((wanted_ >> i & 1) != 0) out += (out.empty() ? "" : " OR ") + expression_of(i, open_end);
  return out;
}

std::string SearchTerms::expression_of_message(bool open_end) const {
  return expression_of(query_.root, open_end);
}

std::string SearchTerms::expression_of(const SearchQuery::Node& node, bool open_end) const {
  using Kind = SearchQuery::Node::Kind;
  if (node.kind == Kind::term) return expression_of(node.term, open_end);
  if (node.kind == Kind::none) return {};  // what must not be there is told by the text
  std::string out;
  for (const SearchQuery::Node& child : node.children) {
    const std::string part = expression_of(child, open_end);
    if (part.empty()) continue;
    if (!out.empty()) out += node.kind == Kind::all ? " AND " : " OR ";
    out += "(" + part + ")";
  }
  return out;
}

}  // namespace csb::app
