#include "csb/util/text.hpp"

#include "support/catch.hpp"

using namespace csb;

TEST_CASE("nothing printable() returns can command a terminal") {
  CHECK(printable("plain ünï 日本 🎉") == "plain ünï 日本 🎉");
  CHECK(printable("a\x1b[31mb") == "a\\x1b[31mb");
  CHECK(printable("a\nb\tc\r") == "a b c ");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\x9b31m");  // C1 CSI
  CHECK(printable("\xe2\x80\xae"
                  "gpj") == "\\u202egpj");  // right-to-left override
  CHECK(printable(std::string("a\0b", 3)) == "a\\x00b");
  CHECK(printable("bad \xff\xc3") == "bad \\xff\\xc3");
  CHECK(printable("\xed\xa0\xbc") == "\\xed\\xa0\\xbc");  // a surrogate is no character
}

TEST_CASE("width and truncation count columns, not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xcc\x81") == 1);
  CHECK(cut_to_columns("abcdef", 4) == "abc…");
  CHECK(cut_to_columns("abc", 3) == "abc");
  CHECK(display_width(cut_to_columns("日本語日本語", 5)) <= 5);
  CHECK(cut_to_columns("abc", 0).empty());
  CHECK(pad_left("日", 4) == "  日");
}

TEST_CASE("base64 both ways") {
  for (const std::string& bytes : {std::string(), std::string("f"), std::string("fo"), std::string("foo"),
                                   std::string("\0\xff\x80", 3), std::string("foobar")}) {
    std::string back;
    REQUIRE(base64_decode(base64_encode(bytes), back));
    CHECK(back == bytes);
  }
  CHECK(base64_encode("foob") == "Zm9vYg==");
  std::string out;
  for (const char* bad : {"a", "a===", "ab=c", "a*bc", "=abc"}) CHECK_FALSE(base64_decode(bad, out));
}

TEST_CASE("JSON escapes") { CHECK(json_escape("a\"b\\c\n\x01") == "a\\\"b\\\\c\\n\\u0001"); }

TEST_CASE("sizes") {
  CHECK(format_bytes(0) == "0 B");
  CHECK(format_bytes(999) == "999 B");
  CHECK(format_bytes(1234) == "1.2 kB");
  CHECK(format_bytes(999'999) == "1.0 MB");
  CHECK(format_bytes(218'000'000) == "218 MB");
}
