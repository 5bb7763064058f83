// The small parts that fetching is made of: names, origins, keys, answers, documents of an export.
#include <string>
#include <vector>

#include "csb/source/claude_ai/key.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "source/claude_ai/browser_key.hpp"
#include "source/claude_ai/export_documents.hpp"
#include "source/claude_ai/file_name.hpp"
#include "source/claude_ai/json_value.hpp"
#include "source/claude_ai/origin.hpp"
#include "source/claude_ai/row_hash.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

}  // namespace

TEST_CASE("file names of people's names") {
  CHECK(file_name("Version 2.0") == "Version 2.0");
  CHECK(file_name("../../etc/passwd") == "_._.._etc_passwd");
  CHECK(file_name("a\nb\x1b[2Jc") == "a_b_[2Jc");
  CHECK(file_name("-rf") == "_rf");
  CHECK(file_name(".git") == "_git");
  CHECK(file_name("..") == "_");
  CHECK(file_name("") == "");
  CHECK(file_name("trailing . ") == "trailing");
  CHECK(file_name("right\xE2\x80\xAEto") == "right_to");
  CHECK(file_name("bad \xC3 byte") == "bad _ byte");
  CHECK(path_component("") == "_");
  for (const std::string& piece :
       {std::string("\xC3\xA9"), std::string("\xF0\x9F\x91\xA9"), std::string("x")}) {
    std::string name;
    for (int i = 0; i < 500; ++i) name += piece;
    const std::string cut = file_name(name);
    CHECK(cut.size() <= 100);
    CHECK(cut.size() > 96);
    CHECK(is_valid_utf8(cut));
  }
}

TEST_CASE("where the key may go") {
  CHECK(service_origin("") == "https://claude.ai");
  CHECK(service_origin("http://127.0.0.1:8080") == "http://127.0.0.1:8080");
  CHECK(service_origin("http://[::1]:1") == "http://[::1]:1");
  for (const char* other :
       {"https://claude.ai/", "https://claude.ai.example", "http://claude.ai", "http://127.0.0.1",
        "http://127.0.0.1:", "http://127.0.0.1:1/x", "http://127.0.0.1:1@x", "http://127.0.0.2:1"})
    CHECK_THROWS_AS(service_origin(other), Error);
}

TEST_CASE("what is a key") {
  const std::string key = "sk-ant-sid01-abc_DEF.123";
  CHECK(checked_key(key, "x").text() == key);
  CHECK(checked_key(" \tsessionKey=" + key + "\r\n", "x").text() == key);
  for (const std::string& bad :
       {std::string(), std::string("short"), key + ";", key + "\n" + key, std::string(1025, 'x')}) {
    try {
      (void)checked_key(bad, "x");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::unauthorized);
      CHECK(std::string(error.what()).find("sk-ant") == std::string::npos);
    }
  }
}

TEST_CASE("a command without a shell") {
  using Words = std::vector<std::string>;
  CHECK(split_command("") == Words{});
  CHECK(split_command(" pass  show a\\ b 'c d' \"e \\\" f\" ''") ==
        Words{"pass", "show", "a b", "c d", "e \" f", ""});
  CHECK(split_command("x $(y) `z` a;b") == Words{"x", "$(y)", "`z`", "a;b"});
  CHECK_THROWS_AS(split_command("'x"), Error);
}

TEST_CASE("a cookie of Chromium") {
  const std::string encrypted = from_hex(
      "763130195eb7cb652d6145c1f47e27bc1cd2e9738714fead4f3e842a36d3d527ea588075d572126fbdeb9a8b5f9577fa5096a1"
      "5b2c49420d"
      "be1a76c51d5df75b274075");
  CHECK(decrypt_chromium(encrypted, ".claude.ai", true, {"peanuts"}) == "sk-ant-sid01-EXAMPLE");
  CHECK(decrypt_chromium(encrypted, ".claude.ai", true, {"wrong", "", "peanuts"}) == "sk-ant-sid01-EXAMPLE");
  CHECK(decrypt_chromium(encrypted, ".evil.example", true, {"peanuts"}).empty());
  CHECK(decrypt_chromium(encrypted, ".claude.ai", true, {"wrong"}).empty());
  const std::string with_empty_password = from_hex(
      "763131e17d1400908b29c8752748c2caf3cc2df5037df9658899c191f75e3e19021e3a79c4b1d196b80d0265a6aadd02047015"
      "25a0e4a7a63a9089f33cfcc8f69bc1c7");
  CHECK(decrypt_chromium(with_empty_password, ".claude.ai", true, {"peanuts", ""}) == "sk-ant-sid01-EXAMPLE");
  CHECK(decrypt_chromium(with_empty_password, ".claude.ai", true, {"peanuts"}).empty());
  const std::string without_host =
      from_hex("763130edcbc9da6b0b25fd260407fff564c5c3f728651c01473f4bcc7500cc200bb090");
  CHECK(decrypt_chromium(without_host, ".claude.ai", false, {"peanuts"}) == "sk-ant-sid01-EXAMPLE");
  CHECK(decrypt_chromium(without_host, ".claude.ai", true, {"peanuts"}).empty());
  CHECK(decrypt_chromium("v12xxxxxxxxxxxxxxxxx", ".claude.ai", true, {"peanuts"}).empty());
  CHECK(decrypt_chromium("v10", ".claude.ai", true, {"peanuts"}).empty());
}

TEST_CASE("small documents") {
  std::string why;
  const std::string text = R"({"a":{"b":[1,true,"x"]},"n":7,"a":{"c":"last"}})";
  const auto value = parse_json(text, why);
  REQUIRE(value);
  CHECK(value->find("a")->text_of("c") == "last");
  CHECK(value->number_of("n") == std::optional<std::uint64_t>(7));
  CHECK(value->members[0].value.find("b")->items.size() == 3);
  const JsonValue& inner = value->members[0].value;
  CHECK(text.substr(inner.begin, inner.end - inner.begin) == R"({"b":[1,true,"x"]})");
  CHECK(value->find("none") == nullptr);
  CHECK(value->text_of("n").empty());
  CHECK_FALSE(parse_json("{", why));
  std::string many = "[";
  for (int i = 0; i < 200'001; ++i) many += "1,";
  CHECK_FALSE(parse_json(many + "1]", why));
  CHECK(why == "it holds too many values");
}

TEST_CASE("a row's hash sees every member") {
  const auto base = row_hash("n", "l", 1, false, false, "p");
  CHECK(base == row_hash("n", "l", 1, false, false, "p"));
  CHECK(base != row_hash("m", "l", 1, false, false, "p"));
  CHECK(base != row_hash("n", "k", 1, false, false, "p"));
  CHECK(base != row_hash("n", "l", 2, false, false, "p"));
  CHECK(base != row_hash("n", "l", 1, true, false, "p"));
  CHECK(base != row_hash("n", "l", 1, false, true, "p"));
  CHECK(base != row_hash("n", "l", 1, false, false, "q"));
  CHECK(row_hash("ab", "c", 1, false, false, "") != row_hash("a", "bc", 1, false, false, ""));
}

TEST_CASE("documents of an export, byte for byte, in pieces of any size") {
  const std::string json = " [ {\"uuid\":\"a\", \"chat_messages\":[]} , 7, [{}], {\"x\" : 1.0} ] ";
  for (const std::size_t step : {std::size_t{1}, std::size_t{3}, json.size()}) {
    std::vector<std::string> found;
    ExportDocuments documents(
        [] { return Body("/nonexistent"); },
        [&](const ExportDocument& document) {
          document.body.read([&](std::string_view piece) { found.emplace_back(piece); });
        });
    for (std::size_t at = 0; at < json.size(); at += step)
      documents.feed(std::string_view(json).substr(at, step));
    CHECK(documents.finish().empty());
    CHECK(found == std::vector<std::string>{"{\"uuid\":\"a\", \"chat_messages\":[]}", "{\"x\" : 1.0}"});
  }
}
