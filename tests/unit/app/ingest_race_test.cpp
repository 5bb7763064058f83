#include <string>

#include "ingest_case.hpp"

using namespace ingest_case;

// What happens to the file while it is read: done from inside the store's callback.

TEST_CASE("a file that grows while it is read is read again") {
  Case c("ingest/growing");
  const std::string text = text_of(2 * kSlice + 10);
  write(c.path, text);
  age(c.path);
  int calls = 0;
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    if (++calls == 1) append(c.path, "x");
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::read);
  CHECK(result.state.stamp.size == text.size() + 1);
  CHECK(result.state.slices.back().blob == archive::blob_id(as_bytes(text.substr(2 * kSlice) + "x")));
  CHECK(c.opened == 2);
}

TEST_CASE("a file that grows all the time is stored as long as it was when opened") {
  Case c("ingest/always-growing");
  write(c.path, text_of(2 * kSlice + 10));
  age(c.path);
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    append(c.path, "x");
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::read);
  CHECK(result.state.stamp.size == 2 * kSlice + 10 + 6);  // two tries of three slices before
  CHECK(c.opened == 3);
  CHECK(c.read == 3 * (2 * kSlice + 10) + 3 + 6 + (2 * kSlice + 16));  // the last try once more, as proof
  c.job.known = result.state;
  CHECK(c.ingest().content == Content::grown);
}

TEST_CASE("a file that is rewritten while it is read is read again") {
  Case c("ingest/rewritten");
  write(c.path, text_of(2 * kSlice));
  age(c.path);
  int calls = 0;
  const std::string after = text_of(2 * kSlice, 5);
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    if (++calls == 1) write(c.path, after);
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::read);
  CHECK(result.state.slices[0].blob == archive::blob_id(as_bytes(after.substr(0, kSlice))));
  CHECK(c.opened == 2);
}

TEST_CASE("a file that is truncated while it is read is read again") {
  Case c("ingest/truncated");
  write(c.path, text_of(3 * kSlice));
  int calls = 0;
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    if (++calls == 1) REQUIRE(::truncate(c.path.c_str(), 10) == 0);
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::read);
  CHECK(result.state.stamp.size == 10);
  CHECK(result.state.slices.size() == 1);
}

TEST_CASE("a file that never stands still is a problem") {
  Case c("ingest/restless");
  write(c.path, text_of(2 * kSlice));
  unsigned seed = 2;
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    write(c.path, text_of(2 * kSlice, ++seed));
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::failed);
  REQUIRE(result.problem);
  CHECK(result.problem->severity == Problem::Severity::not_saved);
  CHECK(c.opened == 3);
}

TEST_CASE("a file that is replaced while it is read is stored as it was") {
  Case c("ingest/replaced");
  const std::string text = text_of(2 * kSlice);
  write(c.path, text);
  write("ingest/replacement", "other");
  const Ingested result = c.ingest([&](const auto& data, const auto& prior) {
    ::rename("ingest/replacement", c.path.c_str());
    return app::hash_slice(data, prior);
  });
  CHECK(result.outcome == Outcome::read);
  CHECK(result.state.stamp.size == text.size());
}
