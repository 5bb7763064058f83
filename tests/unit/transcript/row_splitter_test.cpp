#include <string>
#include <vector>

#include "rows.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::transcript;
using namespace csb::transcript::rows;

namespace {

struct Seen {
  std::uint64_t offset;
  std::string line, type, uuid, timestamp;
  bool is_message, is_bad;
};

std::vector<Seen> split(const std::string& transcript) {
  std::vector<Seen> out;
  RowSplitter splitter([&](const Row& row) {
    out.push_back({row.offset, std::string(row.line), std::string(row.type), std::string(row.uuid),
                   std::string(row.timestamp), row.is_message, row.is_bad});
  });
  splitter.feed(as_bytes(transcript));
  splitter.finish();
  return out;
}

}  // namespace

TEST_CASE("a row's place and identity") {
  const std::string row = user("hello");
  const auto seen = split(row + "\n\n[1]\n" + R"({"type":"mode"})" + "\r\n" + row);
  REQUIRE(seen.size() == 4);
  CHECK(seen[0].offset == 0);
  CHECK(seen[0].line == row);
  CHECK(seen[0].type == "user");
  CHECK(seen[0].uuid == "0c9a0a52-9c4e-4d0e-8c55-000000000001");
  CHECK(seen[0].timestamp == "2026-11-21T02:54:57.329Z");
  CHECK(seen[0].is_message);
  CHECK_FALSE(seen[0].is_bad);
  CHECK(seen[1].offset == row.size() + 2);
  CHECK(seen[1].is_bad);
  CHECK(seen[1].type.empty());
  CHECK(seen[1].line == "[1]");
  CHECK(seen[2].type == "mode");
  CHECK_FALSE(seen[2].is_message);
  CHECK(seen[2].line == "{\"type\":\"mode\"}\r");
  CHECK(seen[3].line == row);  // without a newline
  CHECK(seen[3].type == "user");
}

TEST_CASE("a last line that is torn is a bad row; an empty one is none") {
  CHECK(split("{}\n{\"type\":\"us").back().is_bad);
  CHECK(split("{}\n").size() == 1);
  CHECK(split("{}\n \t").size() == 1);
  CHECK(split("").empty());
}

TEST_CASE("a line beyond the limit is handed over cut, as bad") {
  const auto seen = split("{\"a\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"}\n{}\n");
  REQUIRE(seen.size() == 2);
  CHECK(seen[0].is_bad);
  CHECK(seen[0].line.size() == std::size_t{16} << 20);
  CHECK(seen[1].offset == (std::size_t{17} << 20) + 9);
}
