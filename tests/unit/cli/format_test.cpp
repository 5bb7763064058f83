#include "csb/cli/format_template.hpp"

#include "csb/util/error.hpp"
#include "sample.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;

namespace {
std::string format(std::string_view text) { return FormatTemplate(text).format(sample_session(), kNow); }
}  // namespace

TEST_CASE("fields, escapes and braces") {
  CHECK(format("{short_id}\\t{title}") == "3f2a9c1e\tFix the login");
  CHECK(format("{{{state}}}\\n\\\\") == "{live}\n\\");
  CHECK(format("{size} {messages} {days_left}") == "1234567 94 29");
  CHECK(format("{active}|{deleted}") == "2026-11-21T10:00:00Z|");
  CHECK(format("{age}") == "2 hours ago");
  CHECK(format("").empty());
}

TEST_CASE("every field has a value or none, and none breaks") {
  for (const auto& [name, meaning] : format_fields()) {
    CHECK_FALSE(meaning.empty());
    CHECK_NOTHROW(format("{" + std::string(name) + "}"));
  }
}

TEST_CASE("values hold no control characters") {
  app::InspectedSession session = sample_session();
  session.session.title = "a\tb\nc\x1b[31m";
  CHECK(FormatTemplate("{title}").format(session, kNow) == "a b c\\x1b[31m");
}

TEST_CASE("mistakes are refused before anything is printed") {
  for (const char* bad : {"{nonsense}", "{title", "title}", "\\x", "x\\", "{}"}) {
    CAPTURE(bad);
    try {
      static_cast<void>(FormatTemplate(bad));
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ErrorCode::usage);
      CHECK(error.hint().find("{short_id}") != std::string::npos);
    }
  }
}
