// The tokenizer: strict, in pieces of any size, bounded.
#include "source/claude_ai/json_scanner.hpp"

#include <string>

#include "support/catch.hpp"

using csb::claude_ai::JsonHandler;
using csb::claude_ai::JsonScanner;

namespace {

/// Writes down what it is told: {} and [] for brackets, 'k' for names, "" around texts.
struct Recorder : JsonHandler {
  std::string said;
  void begin(bool is_object) override { said += is_object ? '{' : '[', kinds.push_back(is_object); }
  void end() override { said += kinds.back() ? '}' : ']', kinds.pop_back(); }
  void key(std::string_view name) override { said += "'" + std::string(name) + "'"; }
  void text_begin() override { said += '"'; }
  void text(std::string_view piece) override { said += piece; }
  void text_end() override { said += '"'; }
  void scalar(std::string_view token) override { said += "<" + std::string(token) + ">"; }
  std::vector<bool> kinds;
};

/// What was said, or "error: …", fed in pieces of `step` bytes.
std::string scan(std::string_view json, std::size_t step) {
  Recorder recorder;
  JsonScanner scanner(recorder);
  for (std::size_t at = 0; at < json.size(); at += step) scanner.feed(json.substr(at, step));
  return scanner.finish() ? recorder.said : "error: " + scanner.error();
}

std::string scan_all(std::string_view json) {
  const std::string whole = scan(json, json.size() + 1);
  for (const std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}})
    CHECK(scan(json, step) == whole);
  return whole;
}

bool refused(std::string_view json) { return scan_all(json).starts_with("error: "); }

}  // namespace

TEST_CASE("values are told in order") {
  CHECK(scan_all(R"({"a":[1,-0.5e+7,true,false,null],"b":{},"c":"x"})") ==
        R"({'a'[<1><-0.5e+7><true><false><null>]'b'{}'c'"x"})");
  CHECK(scan_all(" [ ] ") == "[]");
  CHECK(scan_all("12345678901234567890123") == "<12345678901234567890123>");
  CHECK(scan_all("\xEF\xBB\xBF{}") == "{}");
}

TEST_CASE("escapes are decoded; half a surrogate pair becomes a replacement") {
  CHECK(scan_all(R"("\"\\\/\b\f\n\r\t\u0041\u00e9\u20ac\ud83d\ude00")") ==
        "\"\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
  CHECK(scan_all(R"("\ud800")") == "\"\xEF\xBF\xBD\"");
  CHECK(scan_all(R"("\ud800x")") == "\"\xEF\xBF\xBDx\"");
  CHECK(scan_all(R"("\ud800\n\udc00")") == "\"\xEF\xBF\xBD\n\xEF\xBF\xBD\"");
  CHECK(scan_all(R"("\ud800\ud83d\ude00")") == "\"\xEF\xBF\xBD\xF0\x9F\x98\x80\"");
}

TEST_CASE("what is no JSON is refused") {
  for (const char* bad :
       {"",      " ",      "{",        "[1,]", "{\"a\":1,}", "{\"a\" 1}",   "{a:1}",  "[1 2]",
        "]",     "{]",     "01",       "1.",   "-",          "1e",          "+1",     ".5",
        "tru",   "nul",    "truex",    "\"a",  "\"\\x\"",    "\"\\u12g4\"", "\"\n\"", "[1]2",
        "{} {}", "<html>", "{\"a\":}", "[,1]"})
    CHECK(refused(bad));
}

TEST_CASE("what is not UTF-8 is refused") {
  CHECK(scan_all("\"\xF0\x9F\x98\x80\xC3\xA9\"") == "\"\xF0\x9F\x98\x80\xC3\xA9\"");
  for (const char* bad : {"\"\xFF\"", "\"\xC3(\"", "\"\xC0\xAF\"", "\"\xE0\x80\xAF\"", "\"\xED\xA0\x80\"",
                          "\"\xF4\x90\x80\x80\"", "\"\xC3\"", "\"\x80\"", "{\"\xC3(\":1}"})
    CHECK(refused(bad));
}

TEST_CASE("nesting is bounded") {
  CHECK_FALSE(refused(std::string(1000, '[') + std::string(1000, ']')));
  CHECK(scan(std::string(200'000, '['), 4096).starts_with("error: it is nested too deep"));
}

TEST_CASE("raw bytes of a value, whatever the pieces") {
  struct Slicer : Recorder {
    JsonScanner* scanner = nullptr;
    std::string raw;
    void begin(bool is_object) override {
      Recorder::begin(is_object);
      if (kinds.size() == 2) scanner->begin_raw([this](std::string_view bytes) { raw += bytes; });
    }
    void end() override {
      if (kinds.size() == 2) scanner->end_raw(), raw += '|';
      Recorder::end();
    }
  };
  const std::string json = R"( [ {"a" : [1.0, 2]} , {"\u0062":{}},3, [ ] ] )";
  for (std::size_t step = 1; step <= json.size(); ++step) {
    Slicer slicer;
    JsonScanner scanner(slicer);
    slicer.scanner = &scanner;
    for (std::size_t at = 0; at < json.size(); at += step)
      scanner.feed(std::string_view(json).substr(at, step));
    CHECK(scanner.finish());
    CHECK(slicer.raw == R"({"a" : [1.0, 2]}|{"\u0062":{}}|[ ]|)");
  }
}
