#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/search.hpp"
#include "csb/transcript/pattern.hpp"
#include "search_query.hpp"

namespace csb::app {

/// The terms of a search, ready to be looked for. For many threads.
class SearchTerms {
 public:
  /// @throws Error{usage}
  explicit SearchTerms(const SearchRequest& request);

  [[nodiscard]] const SearchQuery& query() const { return query_; }
  /// Whether the index can answer; else everything has to be read.
  [[nodiscard]] bool are_indexed() const { return are_indexed_; }
  /// Whether the index tells exactly where the term occurs, so that no text needs to be looked at.
  [[nodiscard]] bool is_exact(std::size_t term) const { return exact_[term]; }

  /// Which terms occur in a text, a bit each.
  [[nodiscard]] std::uint64_t found_in(std::string_view text) const;
  /// Whether a text that any term occurs in could be in this JSON.
  [[nodiscard]] bool may_be_in_json(std::string_view json) const;
  /// Where wanted terms occur, in order and apart from each other.
  [[nodiscard]] std::vector<transcript::Span> find(std::string_view text, std::size_t limit) const;
  /// The terms that make a hit.
  [[nodiscard]] std::uint64_t wanted() const { return wanted_; }

  // What the index is asked. @param open_end words may go on, where the search allows it
  [[nodiscard]] std::string expression_of(std::size_t term, bool open_end) const;
  [[nodiscard]] std::string expression_of_any(bool open_end) const;      ///< of the wanted terms
  [[nodiscard]] std::string expression_of_message(bool open_end) const;  ///< all that one message must have

 private:
  [[nodiscard]] std::string expression_of(const SearchQuery::Node& node, bool open_end) const;

  SearchQuery query_;
  std::vector<transcript::Pattern> patterns_;
  std::vector<bool> exact_, open_;
  std::uint64_t wanted_ = 0;
  bool are_indexed_ = true;
};

}  // namespace csb::app
