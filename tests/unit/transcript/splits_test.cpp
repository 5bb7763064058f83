// However a transcript is cut into pieces or sittings, the facts are those of one reading.
#include <algorithm>
#include <random>
#include <vector>

#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {

using Random = std::mt19937;

std::size_t below(Random& random, std::size_t limit) {
  return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
}

/// A transcript of good and hostile rows in any order, its last line perhaps torn.
std::string random_transcript(Random& random) {
  using namespace std::string_literals;
  const std::vector<std::string> pool{
      user("Fix the till"),
      user("caf\xe9 \\ud83c"),
      user("<command-name>/clear"),
      user("later", R"(,"isMeta":true)"),
      assistant(text_block("On it.") + "," + tool_use("Bash", R"({"command":"ls"})")),
      tool_result(R"("a\nb")"),
      with_envelope(R"("type":"system","subtype":"compact_boundary","slug":"a-plan")",
                    "2026-11-20T01:00:00Z"),
      with_envelope(R"("type":"assistant","requestSessionId":"parent")"),
      with_envelope(R"("type":"assistant","forkedFrom":{"sessionId":"stated"})"),
      R"({"type":"custom-title","customTitle":"t)" + std::to_string(random()) + "\"}",
      R"({"type":"last-prompt","lastPrompt":"p)" + std::to_string(random()) + "\"}",
      R"({"type":"relocated","relocatedCwd":"/moved"})",
      R"({"type":"user","text":")" + std::string(below(random, 5000), 'x') + "\"}",
      user("torn").substr(0, 77),
      user("torn").substr(0, 77) + user("glued"),
      "[1,2]",
      "\0\0\0"s,
      "\xEF\xBB\xBF{}",
      "\r",
      "",
  };
  std::string out;
  for (std::size_t i = below(random, 30); i > 0; --i) out += pool[below(random, pool.size())] + "\n";
  if (below(random, 2) == 0) out += pool[below(random, pool.size())];
  return out;
}

/// Flips some bytes: most rows break, some in ways that nobody thought of.
void damage(std::string& transcript, Random& random) {
  if (transcript.empty()) return;
  for (std::size_t i = below(random, 20); i > 0; --i)
    transcript[below(random, transcript.size())] = "{}[]\",:\\\n\r\0\x80u1 "[below(random, 15)];
}

/// Hands each piece over in a buffer of just its size, so that a sanitizer sees any reading beyond it.
void feed_exactly(Reader& reader, std::string_view piece) {
  const std::vector<char> copy(piece.begin(), piece.end());
  reader.feed(std::as_bytes(std::span(copy)));
}

void feed_in_pieces(Reader& reader, std::string_view bytes, Random& random) {
  const std::size_t largest = std::size_t{1} << below(random, 13);
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), 1 + below(random, largest));
    feed_exactly(reader, bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
}

}  // namespace

TEST_CASE("pieces and sittings do not matter") {
  Random random(20261121);
  for (int round = 0; round < 2000; ++round) {
    std::string transcript = random_transcript(random);
    if (round % 2 == 1) damage(transcript, random);
    INFO("round " << round);
    Reader whole;
    feed_exactly(whole, transcript);
    REQUIRE(whole.parsed_to() == transcript.rfind('\n') + 1);

    Reader pieces;
    feed_in_pieces(pieces, transcript, random);
    REQUIRE(pieces.facts() == whole.facts());
    REQUIRE(pieces.parsed_to() == whole.parsed_to());

    // A first sitting sees a file that ends anywhere; the next goes on where its last whole line ended.
    Reader first;
    const std::string_view seen =
        std::string_view(transcript).substr(0, below(random, transcript.size() + 1));
    feed_in_pieces(first, seen, random);
    const auto remembered = deserialize(serialize(first.facts()));
    REQUIRE(remembered);
    REQUIRE(*remembered == first.facts());
    Reader second(*remembered, first.parsed_to());
    feed_in_pieces(second, std::string_view(transcript).substr(first.parsed_to()), random);
    REQUIRE(second.facts() == whole.facts());
    REQUIRE(second.parsed_to() == whole.parsed_to());
  }
}

TEST_CASE("rows handed over do not depend on pieces, and agree with the facts") {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    std::string transcript = random_transcript(random);
    if (round % 2 == 1) damage(transcript, random);
    std::uint64_t rows = 0, bad = 0, messages = 0;
    RowSplitter splitter([&](const Row& row) {
      REQUIRE(row.line == std::string_view(transcript).substr(row.offset, row.line.size()));
      const std::size_t end = static_cast<std::size_t>(row.offset) + row.line.size();
      REQUIRE((end == transcript.size() || transcript[end] == '\n'));
      (row.is_bad ? bad : rows) += 1;
      messages += row.is_message ? 1 : 0;
    });
    for (std::string_view rest = transcript; !rest.empty();) {
      const std::size_t size = std::min(rest.size(), 1 + below(random, 400));
      splitter.feed(as_bytes(rest.substr(0, size)));
      rest.remove_prefix(size);
    }
    splitter.finish();
    const Facts facts = facts_of(transcript + "\n");
    CHECK(rows == facts.rows);
    CHECK(bad == facts.bad_rows);
    CHECK(messages == facts.messages);
  }
}

TEST_CASE("a reader can be moved while it reads") {
  const std::string row = user("hello") + "\n";
  Reader reader;
  reader.feed(as_bytes(row.substr(0, 30)));
  Reader moved(std::move(reader));
  moved.feed(as_bytes(row.substr(30)));
  CHECK(moved.facts() == facts_of(row));
}

TEST_CASE("offsets count from where the reading began") {
  Reader reader({}, 1000);
  CHECK(reader.parsed_to() == 1000);
  reader.feed(as_bytes("{}\n[]\n{"));
  CHECK(reader.parsed_to() == 1006);
}
