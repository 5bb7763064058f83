#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace csb::app {

/// What a search asks for: terms, and how they combine.
struct SearchQuery {
  struct Node {
    enum class Kind { term, all, any, none } kind = Kind::all;
    std::size_t term = 0;        ///< into `terms`
    std::vector<Node> children;  ///< of `none`: one
  };
  std::vector<std::string> terms;  ///< each once
  std::vector<bool> wanted;        ///< per term: what has it is a hit; the others stand behind a NOT
  Node root;

  /// Whether it holds where the terms in `found` (a bit each) occur.
  [[nodiscard]] bool holds(std::uint64_t found) const;
  /// Any one of the terms is enough: no hit needs another.
  [[nodiscard]] bool is_any() const;
};

struct QuerySyntax {
  bool match_any = false;  ///< terms without an operator between them: any is enough
  bool operators = true;   ///< AND, OR, NOT, ( and ) stand for themselves when false
  bool quotes = true;      ///< and so does "
};

inline constexpr std::size_t kMaxTerms = 64;

/// Each argument is one term, blanks and all, unless it is an operator (AND, OR, NOT, "(" or ")") or holds
/// operators or "quoted phrases" among its words: then it is a query of its own, of words.
/// NOT binds before AND, and AND before OR. @throws Error{usage}
[[nodiscard]] SearchQuery parse_query(const std::vector<std::string>& arguments, const QuerySyntax& syntax);

}  // namespace csb::app
