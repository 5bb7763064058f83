#include "csb/app/redact.hpp"

#include <string>

#include "support/catch.hpp"

using csb::app::Redactor;

namespace {

std::string redacted(const std::string& text) { return Redactor()(text); }

std::string repeated(const std::string& what, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += what;
  return text;
}

// Put together so that no scanner takes this file for a leak.
const std::string kAnthropic = "sk-" + std::string("ant-api03-") + repeated("aB3_", 20);
const std::string kGitHub = "ghp" + std::string("_") + repeated("aB3x", 9);
const std::string kAws = "AKIA" + std::string("IOSFODNN7EXAMPLE");

}  // namespace

TEST_CASE("keys are known by their prefix") {
  CHECK(redacted("key " + kAnthropic + ".") == "key [redacted: anthropic-key].");
  CHECK(redacted("(" + kGitHub + ")") == "([redacted: github-token])");
  CHECK(redacted(kAws + "\n" + kAws) == "[redacted: aws-key-id]\n[redacted: aws-key-id]");
  CHECK(redacted("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl x") == "[redacted: web-token] x");
  CHECK(redacted("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nnext") ==
        "[redacted: private-key]\nnext");
  CHECK(redacted("a -----BEGIN PRIVATE KEY-----\nMIIE cut off") == "a [redacted: private-key]");
}

TEST_CASE("passwords are known by what announces them") {
  CHECK(redacted("Authorization: Bearer 0123456789abcdef") ==
        "Authorization: Bearer [redacted: authorization]");
  CHECK(redacted("https://ada:s3cret@example.com/x") == "https://ada:[redacted: url-password]@example.com/x");
  CHECK(redacted("DB_PASSWORD=hunter22 next") == "DB_PASSWORD=[redacted: assigned-secret] next");
  CHECK(redacted("{\"api_key\": \"0a1b2c3d4e\"}") == "{\"api_key\": \"[redacted: assigned-secret]\"}");
  CHECK(redacted("{\\\"client_secret\\\": \\\"0a1b2c3d4e\\\"}") ==
        "{\\\"client_secret\\\": \\\"[redacted: assigned-secret]\\\"}");
  CHECK(redacted("x-api-key: 0123456789") == "x-api-key: [redacted: assigned-secret]");
}

TEST_CASE("what is no secret stays") {
  for (const std::string text :
       {"sk-short", "task-anthropology-and-other-long-words", "input_tokens: 12345678",
        "token = make_token()", "password: $PASSWORD", "https://example.com:8080/a@b",
        "Bearer of bad news, he said", "AKIA", "::", "git@github.com:ada/engine.git",
        "-----BEGIN CERTIFICATE-----", "basic understanding of things", "=", ":"}) {
    INFO(text);
    CHECK(redacted(text) == text);
  }
}

TEST_CASE("the home directory becomes a tilde, in slugs as well") {
  Redactor redact("/home/ada/");
  CHECK(redact("/home/ada/x /home/ada /home/adam /home/ada-2 cd /home/ada;") ==
        "~/x ~ /home/adam /home/ada-2 cd ~;");
  CHECK(redact("projects/-home-ada-engine/x") == "projects/~-engine/x");
  CHECK(redact.counts().at("home-path") == 4);
  CHECK(Redactor("/")("/ /x") == "/ /x");
}

TEST_CASE("what was replaced is counted by kind") {
  Redactor redact;
  CHECK(redact(kGitHub + " " + kGitHub + " " + kAnthropic).find("aB3") == std::string::npos);
  CHECK(redact.counts().at("github-token") == 2);
  CHECK(redact.counts().at("anthropic-key") == 1);
  CHECK(redact.counts().size() == 2);
}

TEST_CASE("no text takes long to redact") {
  for (const char* unit : {"://", "a:", "password=", "eyJ.", "-eyJ", "eyJ.eyJ-",
                           "token=", "token:token=", "bearer ", "-----BEGIN ", "sk-", "\"", "x "}) {
    INFO(unit);
    CHECK(redacted(repeated(unit, 50'000)).size() > 0);
  }
}
