#include "csb/source/claude_code/json_edit.hpp"

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb::claude_code;
using Json = nlohmann::ordered_json;

TEST_CASE("a member is put in as the file is written") {
  CHECK(json_set("{\n  \"a\": 1\n}\n", {"b"}, "2") == "{\n  \"a\": 1,\n  \"b\": 2\n}\n");
  CHECK(json_set("{\r\n\t\"a\": 1\r\n}", {"b"}, "[1]") ==
        "{\r\n\t\"a\": 1,\r\n\t\"b\": [\r\n\t\t1\r\n\t]\r\n}");
  CHECK(json_set("{\"a\":1}", {"b"}, "{\"c\": 2}") == "{\"a\":1,\"b\":{\"c\":2}}");
  CHECK(json_set("{ \"a\": 1 }", {"b"}, "2") == "{ \"a\": 1, \"b\": 2 }");
  CHECK(json_set("{}", {"b"}, "2") == "{\n  \"b\": 2\n}");
  CHECK(json_set("\xef\xbb\xbf{ }\r\n", {"b"}, "2") == "\xef\xbb\xbf{\r\n  \"b\": 2\r\n}\r\n");
  CHECK(json_set("{\n    \"hooks\": {}\n}", {"hooks", "Stop"}, "1") ==
        "{\n    \"hooks\": {\n        \"Stop\": 1\n    }\n}");
  CHECK(json_set("{\n \"p\": {\"x\": 1}\n}", {"p", "y"}, "2") == "{\n \"p\": {\"x\": 1, \"y\": 2}\n}");
  CHECK(json_set("{\n  \"a\": 1\n}", {"x", "y", "z"}, "true") ==
        "{\n  \"a\": 1,\n  \"x\": {\n    \"y\": {\n      \"z\": true\n    }\n  }\n}");
}

TEST_CASE("a value is replaced, the last of its name") {
  CHECK(json_set("{\"a\" : 1 ,\"b\":2}", {"a"}, "\"x\"") == "{\"a\" : \"x\" ,\"b\":2}");
  CHECK(json_set("{\"a\":1,\"a\":2}", {"a"}, "3") == "{\"a\":1,\"a\":3}");
  CHECK(json_set("{\"\\u0061\":1}", {"a"}, "3") == "{\"\\u0061\":3}");
  CHECK(json_set("{\"a\":\"}\\\"{\",\"b\":2}", {"b"}, "3") == "{\"a\":\"}\\\"{\",\"b\":3}");
}

TEST_CASE("members and elements are taken out, nothing else") {
  CHECK(json_remove("{\n  \"a\": 1,\n  \"b\": 2\n}", {"b"}) == "{\n  \"a\": 1\n}");
  CHECK(json_remove("{\n  \"a\": 1,\n  \"b\": 2\n}", {"a"}) == "{\n  \"b\": 2\n}");
  CHECK(json_remove("{\"a\":1,\"a\":2,\"b\":3}", {"a"}) == "{\"b\":3}");
  CHECK(json_remove("{\"a\": [1, 2, 3]}", {"a", std::size_t{1}}) == "{\"a\": [1, 3]}");
  CHECK(json_remove("{\"a\": [ 1 ]}", {"a", std::size_t{0}}) == "{\"a\": []}");
  CHECK(json_remove("{\"a\": 1}", {"b"}) == "{\"a\": 1}");
  CHECK(json_remove("{\"a\": 1}", {"a", "b"}) == "{\"a\": 1}");
}

TEST_CASE("what is there is found") {
  const std::string text = "{\"a\": {\"b\": [10, {\"c\": null}]}, \"n\": -1.5e3}";
  CHECK(json_at(text, {"a", "b", std::size_t{1}, "c"}) == "null");
  CHECK(json_at(text, {"n"}) == "-1.5e3");
  CHECK_FALSE(json_at(text, {"a", "b", std::size_t{2}}));
  CHECK(json_size(text, {"a", "b"}) == 2);
  CHECK(json_size(text, {}) == 2);
  CHECK_FALSE(json_size(text, {"n"}));
}

TEST_CASE("what is no JSON object is told") {
  for (const char* bad : {"", " ", "[]", "1", "{", "{\"a\":1,}", "{/* x */}", "// x\n{}", "{'a':1}",
                          "{\"a\":\xff}", "{} {}", "{\"a\":01}"})
    CHECK_FALSE(is_json_object(bad));
  CHECK_FALSE(is_json_object("{\"a\":" + std::string(100000, '[') + std::string(100000, ']') + "}"));
  CHECK(is_json_object("\xef\xbb\xbf {\"a\": \"[[[\\\"{\"}\r\n"));
}

TEST_CASE("what has another shape is not changed") {
  CHECK_THROWS_AS(json_append("{\"hooks\": 1}", {"hooks", "Stop"}, "1"), csb::Error);
  CHECK_THROWS_AS(json_append("{\"hooks\": []}", {"hooks", "Stop"}, "1"), csb::Error);
  CHECK_THROWS_AS(json_append("{\"hooks\": {\"Stop\": {}}}", {"hooks", "Stop"}, "1"), csb::Error);
}

namespace {

/// Random documents, written in random styles.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {
    newline_ = pick({"\n", "\r\n", "", "\n\n"});
    unit_ = pick({"  ", "    ", "\t", "", " "});
    colon_ = pick({": ", ":", " : ", "\t:"});
    comma_ = pick({",", " ,", ", "});
  }
  std::string pick(std::initializer_list<const char*> of) { return *(of.begin() + below(of.size())); }
  std::size_t below(std::size_t n) { return random_() % n; }

  Json value(int depth) {
    switch (below(depth > 3 ? 4 : 7)) {
      case 0:
        return below(100000);
      case 1:
        return pick({"", "a \"quoted\" one", "{[,:]}", "\\", "\xc3\xa9\xf0\x9f\x8e\x89", "line\nbreak"});
      case 2:
        return nullptr;
      case 3:
        return below(2) == 0;
      case 4: {
        Json array = Json::array();
        for (std::size_t i = below(4); i > 0; --i) array.push_back(value(depth + 1));
        return array;
      }
      default:
        return object(depth + 1);
    }
  }
  Json object(int depth) {
    Json object = Json::object();
    for (std::size_t i = below(5); i > 0; --i)
      object[pick({"a", "b", "hooks", "env", "Stop", "x\"y", ""})] = value(depth);
    return object;
  }
  std::string write(const Json& json, const std::string& indent = {}) {
    if (!json.is_structured()) return json.dump();
    const bool inline_one = json.empty() || below(4) == 0;
    const std::string inner = indent + unit_, lead = inline_one ? pick({"", " "}) : newline_ + inner;
    std::string out = json.is_object() ? "{" : "[";
    bool first = true;
    for (const auto& item : json.items()) {
      out += (first ? "" : comma_) + lead;
      if (json.is_object()) out += Json(item.key()).dump() + colon_;
      out += write(item.value(), inner);
      first = false;
    }
    return out + (inline_one ? lead : newline_ + indent) + (json.is_object() ? "}" : "]");
  }

 private:
  std::mt19937 random_;
  std::string newline_, unit_, colon_, comma_;
};

/// The paths of all objects in a document.
void objects_of(const Json& json, const JsonPath& path, std::vector<JsonPath>& out) {
  if (!json.is_object()) return;
  out.push_back(path);
  for (const auto& item : json.items()) {
    JsonPath inner = path;
    inner.emplace_back(item.key());
    objects_of(item.value(), inner, out);
  }
}

const Json& follow(const Json& json, const JsonPath& path) {
  const Json* at = &json;
  for (const JsonStep& step : path) at = &(*at)[step.key];
  return *at;
}

}  // namespace

TEST_CASE("any document in any style: an edit means what it says, and taking it back gives the same bytes") {
  for (unsigned seed = 0; seed < 3000; ++seed) {
    Writer writer(seed);
    const Json before = writer.object(0);
    const std::string text =
        writer.pick({"", "\n", "\xef\xbb\xbf"}) + writer.write(before) + writer.pick({"", "\n", "\r\n"});
    INFO(seed << "\n" << text);
    REQUIRE(is_json_object(text));
    std::vector<JsonPath> places;
    objects_of(before, {}, places);
    const JsonPath place = places[writer.below(places.size())];
    const Json value = writer.value(0);

    JsonPath path = place;
    path.emplace_back("added");
    const std::string with = json_set(text, path, value.dump());
    INFO(with);
    REQUIRE(is_json_object(with));
    CHECK(Json::parse(*json_at(with, path)) == value);
    // Order and meaning of all the rest: what is new is the last member there.
    Json expected = before;
    Json* at = &expected;
    for (const JsonStep& step : place) at = &(*at)[step.key];
    (*at)["added"] = value;
    CHECK(Json::parse(with) == expected);
    // No byte of the old text is missing, where there was something beside it.
    if (!follow(before, place).empty()) CHECK(json_remove(with, path) == text);

    const std::string replaced = json_set(with, path, "\"other\"");
    CHECK(json_remove(replaced, path) == json_remove(with, path));
    CHECK(json_set(replaced, path, value.dump()) == with);

    path.back() = JsonStep("list");
    const std::string one = json_append(text, path, value.dump());
    const std::string two = json_append(one, path, "{\"k\":[1]}");
    CHECK(json_size(two, path) == 2);
    JsonPath element = path;
    element.emplace_back(std::size_t{1});
    CHECK(json_remove(two, element) == one);
    CHECK(same_json(*json_at(two, element), "{\"k\":[1]}"));

    // Taking out any member leaves all the others.
    if (!before.empty()) {
      const std::string key =
          std::next(before.begin(), static_cast<std::ptrdiff_t>(writer.below(before.size()))).key();
      Json less = before;
      less.erase(key);
      const std::string without = json_remove(text, {key});
      INFO(key << "\n" << without);
      REQUIRE(is_json_object(without));
      CHECK(Json::parse(without) == less);
    }
  }
}
