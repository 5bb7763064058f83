#include "search_query.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using Node = SearchQuery::Node;

constexpr int kMaxDepth = 50;

struct Token {
  enum class Kind { term, land, lor, lnot, open, close } kind = Kind::term;
  std::string text;
};

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::usage, what,
              "for example: csb search login AND NOT oauth; -F takes every word as it is");
}

bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::optional<Token::Kind> operator_of(std::string_view word) {
  if (word == "AND") return Token::Kind::land;
  if (word == "OR") return Token::Kind::lor;
  if (word == "NOT") return Token::Kind::lnot;
  if (word == "(") return Token::Kind::open;
  if (word == ")") return Token::Kind::close;
  return std::nullopt;
}

/// A quoted phrase whose first quote is at `at`; \" and \\ stand for " and \. Moves `at` behind it.
Token quoted(std::string_view text, std::size_t& at) {
  Token token;
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    const bool escapes =
        text[at] == '\\' && at + 1 < text.size() && (text[at + 1] == '"' || text[at + 1] == '\\');
    token.text += text[escapes ? ++at : at];
  }
  if (at == text.size()) refuse("a quoted phrase does not end: '" + printable(text) + "'");
  ++at;
  return token;
}

std::vector<Token> words_of(std::string_view text, bool quotes) {
  std::vector<Token> tokens;
  for (std::size_t at = 0; at < text.size();) {
    if (is_blank(text[at])) {
      ++at;
    } else if (quotes && text[at] == '"') {
      tokens.push_back(quoted(text, at));
    } else if (text[at] == '(' || text[at] == ')') {
      tokens.push_back({text[at] == '(' ? Token::Kind::open : Token::Kind::close, {}});
      ++at;
    } else {
      std::size_t end = at;
      while (end < text.size() && !is_blank(text[end]) && text[end] != '(' && text[end] != ')' &&
             !(quotes && text[end] == '"'))
        ++end;
      const std::string_view word = text.substr(at, end - at);
      tokens.push_back({operator_of(word).value_or(Token::Kind::term), std::string(word)});
      at = end;
    }
  }
  return tokens;
}

/// Whether an argument is a query of its own.
bool has_operators(const std::vector<Token>& words, std::string_view argument, bool quotes) {
  if (quotes && argument.find('"') != std::string_view::npos) return true;
  return words.size() > 1 && std::any_of(words.begin(), words.end(), [](const Token& word) {
           return word.kind == Token::Kind::land || word.kind == Token::Kind::lor ||
                  word.kind == Token::Kind::lnot;
         });
}

std::vector<Token> tokens_of(const std::vector<std::string>& arguments, const QuerySyntax& syntax) {
  std::vector<Token> tokens;
  for (const std::string& argument : arguments) {
    if (syntax.operators) {
      if (const auto kind = operator_of(argument)) {
        tokens.push_back({*kind, {}});
        continue;
      }
      std::vector<Token> words = words_of(argument, syntax.quotes);
      if (has_operators(words, argument, syntax.quotes)) {
        // What it says belongs together.
        tokens.push_back({Token::Kind::open, {}});
        std::move(words.begin(), words.end(), std::back_inserter(tokens));
        tokens.push_back({Token::Kind::close, {}});
        continue;
      }
    }
    tokens.push_back({Token::Kind::term, argument});
  }
  return tokens;
}

class Parser {
 public:
  Parser(std::vector<Token> tokens, bool match_any) : tokens_(std::move(tokens)), match_any_(match_any) {}

  SearchQuery parse() {
    query_.root = any(0);
    if (at_ < tokens_.size()) refuse("a ')' has no '('");
    query_.wanted.resize(query_.terms.size());
    mark(query_.root, true);
    if (!finds_something(query_.root)) refuse("NOT needs something beside it that is searched for");
    return std::move(query_);
  }

 private:
  using Kind = Token::Kind;

  [[nodiscard]] bool next_is(Kind kind) const { return at_ < tokens_.size() && tokens_[at_].kind == kind; }
  bool take(Kind kind) { return next_is(kind) && (++at_, true); }

  static Node joined(Node::Kind kind, std::vector<Node> children) {
    if (children.size() == 1) return std::move(children.front());
    return {kind, 0, std::move(children)};
  }

  Node any(int depth) {
    if (depth > kMaxDepth) refuse("the query is nested too deep");
    std::vector<Node> children;
    do children.push_back(all(depth));
    while (take(Kind::lor));
    return joined(Node::Kind::any, std::move(children));
  }

  /// Terms side by side are an AND, or an OR that binds like one.
  Node all(int depth) {
    std::vector<Node> children, alternatives;
    children.push_back(unary(depth));
    while (true) {
      if (take(Kind::land) || next_is(Kind::lnot)) {
        children.push_back(unary(depth));
      } else if (next_is(Kind::term) || next_is(Kind::open)) {
        if (match_any_) alternatives.push_back(joined(Node::Kind::all, std::exchange(children, {})));
        children.push_back(unary(depth));
      } else {
        break;
      }
    }
    if (alternatives.empty()) return joined(Node::Kind::all, std::move(children));
    alternatives.push_back(joined(Node::Kind::all, std::move(children)));
    return joined(Node::Kind::any, std::move(alternatives));
  }

  Node unary(int depth) {
    if (depth > kMaxDepth) refuse("the query is nested too deep");
    if (take(Kind::lnot)) {
      std::vector<Node> child;
      child.push_back(unary(depth + 1));
      return {Node::Kind::none, 0, std::move(child)};
    }
    if (take(Kind::open)) {
      Node inside = any(depth + 1);
      if (!take(Kind::close)) refuse("a '(' is not closed");
      return inside;
    }
    if (!next_is(Kind::term)) refuse("a term is missing beside an operator");
    return {Node::Kind::term, number_of(std::move(tokens_[at_++].text)), {}};
  }

  std::size_t number_of(std::string text) {
    if (std::all_of(text.begin(), text.end(), is_blank)) refuse("a term is empty");
    const auto known = std::find(query_.terms.begin(), query_.terms.end(), text);
    if (known != query_.terms.end()) return static_cast<std::size_t>(known - query_.terms.begin());
    if (query_.terms.size() == kMaxTerms) refuse("that are too many terms (at most 64)");
    query_.terms.push_back(std::move(text));
    return query_.terms.size() - 1;
  }

  void mark(const Node& node, bool wanted) {
    if (node.kind == Node::Kind::term && wanted) query_.wanted[node.term] = true;
    for (const Node& child : node.children) mark(child, wanted != (node.kind == Node::Kind::none));
  }

  /// Whatever it holds for has one of the wanted terms.
  static bool finds_something(const Node& node) {
    const auto found = [](const Node& child) { return finds_something(child); };
    switch (node.kind) {
      case Node::Kind::term:
        return true;
      case Node::Kind::all:
        return std::any_of(node.children.begin(), node.children.end(), found);
      case Node::Kind::any:
        return std::all_of(node.children.begin(), node.children.end(), found);
      case Node::Kind::none:
        return false;
    }
    return false;
  }

  std::vector<Token> tokens_;
  bool match_any_;
  std::size_t at_ = 0;
  SearchQuery query_;
};

bool holds_for(const Node& node, std::uint64_t found) {
  const auto holds = [&](const Node& child) { return holds_for(child, found); };
  switch (node.kind) {
    case Node::Kind::term:
      return (found >> node.term & 1) != 0;
    case Node::Kind::all:
      return std::all_of(node.children.begin(), node.children.end(), holds);
    case Node::Kind::any:
      return std::any_of(node.children.begin(), node.children.end(), holds);
    case Node::Kind::none:
      return !holds(node.children.front());
  }
  return false;
}

}  // namespace

bool SearchQuery::holds(std::uint64_t found) const { return holds_for(root, found); }

bool SearchQuery::is_any() const {
  if (root.kind == Node::Kind::term) return true;
  return root.kind == Node::Kind::any &&
         std::all_of(root.children.begin(), root.children.end(),
                     [](const Node& child) { return child.kind == Node::Kind::term; });
}

SearchQuery parse_query(const std::vector<std::string>& arguments, const QuerySyntax& syntax) {
  if (arguments.empty()) refuse("nothing is searched for");
  return Parser(tokens_of(arguments, syntax), syntax.match_any).parse();
}

}  // namespace csb::app
