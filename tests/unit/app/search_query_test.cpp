#include "search_query.hpp"

#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::app;

namespace {

using Arguments = std::vector<std::string>;

/// The query as text: "(a & !b)".
std::string shown(const SearchQuery& query, const SearchQuery::Node& node) {
  using Kind = SearchQuery::Node::Kind;
  if (node.kind == Kind::term) return query.terms[node.term];
  if (node.kind == Kind::none) return "!" + shown(query, node.children.front());
  std::string out;
  for (const auto& child : node.children)
    out += (out.empty() ? "(" : node.kind == Kind::all ? " & " : " | ") + shown(query, child);
  return out + ")";
}

std::string parsed(const Arguments& arguments, QuerySyntax syntax = {}) {
  const SearchQuery query = parse_query(arguments, syntax);
  return shown(query, query.root);
}

}  // namespace

TEST_CASE("arguments are terms as they are") {
  CHECK(parsed({"one"}) == "one");
  CHECK(parsed({"two words"}) == "two words");
  CHECK(parsed({"()"}) == "()");
  CHECK(parsed({"a", "b", "c"}) == "(a & b & c)");
  CHECK(parsed({"a", "b", "c"}, {true, true, true}) == "(a | b | c)");
  CHECK(parsed({"f(x)", "and", "or"}) == "(f(x) & and & or)");
}

TEST_CASE("operators") {
  CHECK(parsed({"a", "OR", "b", "c"}) == "(a | (b & c))");
  CHECK(parsed({"a", "AND", "NOT", "b"}) == "(a & !b)");
  CHECK(parsed({"a", "NOT", "b"}) == "(a & !b)");
  CHECK(parsed({"a", "NOT", "b", "c"}, {true, true, true}) == "((a & !b) | c)");
  CHECK(parsed({"(", "a", "OR", "b", ")", "c"}) == "((a | b) & c)");
  CHECK(parsed({"a AND (b OR \"c d\")"}) == "(a & (b | c d))");
  CHECK(parsed({"x", "a OR b"}) == "(x & (a | b))");
  CHECK(parsed({R"("say \"hi\" \\ \n")"}) == R"(say "hi" \ \n)");
  CHECK(parsed({"OR", "\"x"}, {false, false, true}) == "(OR & \"x)");
  CHECK(parsed({"say \"x\"", "AND", "y"}, {false, true, false}) == "(say \"x\" & y)");
}

TEST_CASE("what is no query is refused") {
  const Arguments deep(200, "(");
  for (const Arguments& wrong : {Arguments{},
                                 {""},
                                 {" "},
                                 {"AND"},
                                 {"a", "AND"},
                                 {"OR", "a"},
                                 {"NOT"},
                                 {"NOT", "a"},
                                 {"("},
                                 {")"},
                                 {"(", "a"},
                                 {"a", ")"},
                                 {"\"a"},
                                 {"\"\""},
                                 {"a", "OR", "NOT", "b"},
                                 deep})
    CHECK_THROWS_AS(parsed(wrong), Error);
  Arguments many;
  for (int i = 0; i < 65; ++i) many.push_back("t" + std::to_string(i));
  CHECK_THROWS_AS(parsed(many), Error);
  many.pop_back();
  CHECK(parse_query(many, {}).terms.size() == 64);
}

TEST_CASE("a query holds for the terms that were found") {
  const SearchQuery query = parse_query({"a", "AND", "(", "b", "OR", "NOT", "c", ")", "a"}, {});
  CHECK(query.terms == Arguments{"a", "b", "c"});
  CHECK(query.wanted == std::vector<bool>{true, true, false});
  CHECK(query.holds(0b001));
  CHECK(query.holds(0b111));
  CHECK_FALSE(query.holds(0b101));
  CHECK_FALSE(query.holds(0b010));
  CHECK_FALSE(query.is_any());
  CHECK(parse_query({"a", "OR", "b"}, {}).is_any());
  CHECK(parse_query({"a"}, {}).is_any());
  CHECK_FALSE(parse_query({"a", "b"}, {}).is_any());
}
