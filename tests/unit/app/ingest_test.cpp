#include <string>

#include "csb/transcript/facts.hpp"
#include "csb/util/error.hpp"
#include "ingest_case.hpp"

using namespace ingest_case;

TEST_CASE("sizes around a slice make the slices they should") {
  Case c("ingest/sizes");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kSlice - 1, kSlice, kSlice + 1, 3 * kSlice}) {
    c.job.known.reset();
    write(c.path, text_of(size));
    const Ingested result = c.ingest();
    CHECK(result.outcome == Outcome::read);
    CHECK(result.content == Content::fresh);
    CHECK(result.state.stamp.size == size);
    CHECK(result.state.slices.size() == std::max<std::size_t>(1, (size + kSlice - 1) / kSlice));
    CHECK(c.read == size);
    CHECK(c.opened == 1);
  }
}

TEST_CASE("an append reads the last slice and the checks of the others") {
  Case c("ingest/append");
  const std::string text = text_of(5 * kSlice + 100);
  write(c.path, text);
  c.remember();
  append(c.path, "more");
  const Ingested grown = c.remember();
  CHECK(grown.content == Content::grown);
  CHECK(c.read == 5 * 4096 + 104);
  CHECK(grown.state.slices.size() == 6);
  CHECK(grown.state.slices.back().blob == archive::blob_id(as_bytes(text.substr(5 * kSlice) + "more")));

  append(c.path, text_of(kSlice, 9));  // over a border
  const Ingested crossed = c.remember();
  CHECK(crossed.content == Content::grown);
  CHECK(crossed.state.slices.size() == 7);
  const Ingested same = c.remember();
  CHECK(same.content == Content::same);
  CHECK(same.state.slices == crossed.state.slices);
}

TEST_CASE("a file of whole slices grows into a new one") {
  Case c("ingest/whole");
  write(c.path, text_of(2 * kSlice));
  c.remember();
  append(c.path, "x");
  const Ingested grown = c.ingest();
  CHECK(grown.content == Content::grown);
  CHECK(grown.state.slices.size() == 3);
  CHECK(c.read == 4096 + kSlice + 1);
}

TEST_CASE("an empty file that gets content has grown") {
  Case c("ingest/empty");
  write(c.path, "");
  c.remember();
  append(c.path, "x");
  CHECK(c.remember().content == Content::grown);
  write(c.path, "");
  CHECK(c.ingest().content == Content::other);
}

TEST_CASE("changes inside are found and everything is read") {
  Case c("ingest/inside");
  std::string text = text_of(3 * kSlice + 10);
  write(c.path, text);
  c.remember();
  SECTION("in the last slice") { text[3 * kSlice + 1] = '!'; }
  SECTION("in the middle of a closed slice") { text[kSlice + kSlice / 2] = '!'; }
  SECTION("at the end of a closed slice, with an append") { text[2 * kSlice - 1] = '!', text += "more"; }
  SECTION("truncated") { text.resize(2 * kSlice + 5); }
  SECTION("truncated and regrown") { text = text.substr(0, kSlice + 5) + text_of(4 * kSlice, 77); }
  write(c.path, text);
  const Ingested other = c.ingest();
  CHECK(other.content == Content::other);
  CHECK(other.state.stamp.size == text.size());
  for (std::size_t i = 0; i < other.state.slices.size(); ++i)
    CHECK(other.state.slices[i].blob == archive::blob_id(as_bytes(text.substr(i * kSlice, kSlice))));
}

TEST_CASE("a new inode is read whole, and still known as grown") {
  Case c("ingest/inode");
  write(c.path, text_of(kSlice + 10));
  c.remember();
  write("ingest/inode.tmp", text_of(kSlice + 10) + "more");
  REQUIRE(::rename("ingest/inode.tmp", c.path.c_str()) == 0);
  CHECK(c.ingest().content == Content::grown);
  CHECK(c.read == kSlice + 14);
}

TEST_CASE("a transcript is parsed from where parsing stopped") {
  make_project();
  Case c(kTranscript + "1.jsonl");
  const std::string torn = row(100);
  write(c.path, rows(10000) + torn.substr(0, 50));  // over a border, with half a line at the end
  const Ingested first = c.remember();
  CHECK(first.messages == 10000U);
  CHECK(first.state.parsed_to == rows(10000).size());
  CHECK(c.parsed == first.state.stamp.size);
  REQUIRE(first.state.session_facts);
  CHECK(first.state.session->text() == "0123abcd-0000-4000-8000-000000000001");

  append(c.path, torn.substr(50) + row(101));
  const Ingested second = c.remember();
  CHECK(second.content == Content::grown);
  CHECK(second.messages == 10002U);
  CHECK(c.parsed == 2 * torn.size());
  CHECK(transcript::deserialize(second.state.facts)->rows == 10002);
}

TEST_CASE("a line that began slices ago is read from its beginning") {
  make_project();
  Case c(kTranscript + "2.jsonl");
  const std::string head = row(1), line = "{\"type\":\"user\",\"message\":{\"role\":\"user\",\"content\":\"" +
                                          text_of(2 * kSlice) + "\"}}\n";
  write(c.path, head + line.substr(0, line.size() - 3));
  CHECK(c.remember().messages == 1U);
  append(c.path, line.substr(line.size() - 3));
  const Ingested whole = c.ingest();
  CHECK(whole.content == Content::grown);
  CHECK(whole.messages == 2U);
  CHECK(whole.state.parsed_to == head.size() + line.size());
}

TEST_CASE("facts about more than is stored are not trusted") {
  make_project();
  Case c(kTranscript + "3.jsonl");
  write(c.path, rows(3));
  c.remember();
  c.job.known->parsed_to += 1;
  append(c.path, row(4));
  CHECK(c.ingest().messages == 4U);
  CHECK(c.parsed == rows(3).size() + row(4).size());
}

TEST_CASE("a blanked transcript stays listed by the conversation it was") {
  make_project();
  Case c(kTranscript + "4.jsonl");
  write(c.path, rows(3));
  c.remember();
  write(c.path, "{\"type\":\"mode\"}\n");
  const Ingested blank = c.ingest();
  CHECK(blank.content == Content::other);
  CHECK(blank.messages == 0U);
  CHECK(blank.state.session_facts->messages == 3);
}

TEST_CASE("what vanished or became something else is left to the next walk") {
  Case c("ingest/vanishing");
  write(c.path, "x");
  c.remember();
  REQUIRE(::unlink(c.path.c_str()) == 0);
  CHECK(c.ingest().outcome == Outcome::vanished);
  REQUIRE(::mkfifo(c.path.c_str(), 0600) == 0);
  c.found.stamp.mode = S_IFREG | 0600U;
  const Fd root = open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);
  CHECK(app::ingest(root.get(), c.job, now_ns(), app::hash_slice, c.meter).outcome == Outcome::vanished);
  ::unlink(c.path.c_str());
}

TEST_CASE("a link is its target") {
  Case c("ingest/link");
  REQUIRE(::symlink("no/where \xff", "ingest/link") == 0);
  const Ingested result = c.remember();
  CHECK(result.state.slices.size() == 1);
  CHECK(result.state.slices[0].blob == archive::blob_id(as_bytes("no/where \xff")));
  CHECK(c.remember().content == Content::same);
  ::unlink("ingest/link");
  REQUIRE(::symlink("elsewhere", "ingest/link") == 0);
  CHECK(c.remember().content == Content::other);
  ::unlink("ingest/link");
  write("ingest/link", "elsewhere");  // the same bytes, but a file
  CHECK(c.ingest().content == Content::other);
}

TEST_CASE("trouble in the store ends the run; trouble with the file does not") {
  Case c("ingest/store");
  write(c.path, "x");
  CHECK_THROWS_AS(c.ingest([](const auto&, const auto&) -> archive::AddedSlice {
    throw Error(ErrorCode::failed, "full");
  }),
                  Error);
}

TEST_CASE("what changed about now is marked racy, the past and the future are not") {
  Case c("ingest/racy");
  write(c.path, "x");
  CHECK(c.ingest().state.racy);
  age(c.path);
  CHECK_FALSE(c.ingest().state.racy);
  const timespec later[2] = {{4'000'000'000, 0}, {4'000'000'000, 0}};
  REQUIRE(::utimensat(AT_FDCWD, c.path.c_str(), later, 0) == 0);
  CHECK_FALSE(c.ingest().state.racy);
}
