#include <random>

#include "archive/changes.hpp"
#include "archive/deflate.hpp"
#include "archive/pack_entry.hpp"
#include "archive/sha1.hpp"
#include "archive/tree.hpp"
#include "csb/archive/store.hpp"
#include "csb/util/fd.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

Bytes bytes(std::string_view text) {
  const auto view = as_bytes(text);
  return {view.begin(), view.end()};
}

Bytes noise(std::size_t size, unsigned seed, unsigned alphabet = 256) {
  std::mt19937 random(seed);
  Bytes out(size);
  for (auto& b : out) b = static_cast<std::byte>(random() % alphabet);
  return out;
}

}  // namespace

TEST_CASE("blob ids are git's") {
  CHECK(blob_id({}).hex() == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
  CHECK(blob_id(as_bytes("hello\n")).hex() == "ce013625030ba8dba906f756967f9e9ca394464a");
}

TEST_CASE("deflate and inflate are inverse, whatever the content") {
  for (const std::size_t size : {0UL, 1UL, 100UL, 65535UL, 65536UL, 300'000UL, 1UL << 20}) {
    for (const unsigned alphabet : {1U, 4U, 256U}) {
      const Bytes data = noise(size, static_cast<unsigned>(size), alphabet);
      Bytes stream, back(size);
      deflate(data, stream);
      REQUIRE(inflate(stream, back));
      CHECK(back == data);
      Bytes shorter(size > 0 ? size - 1 : 1);
      CHECK_FALSE(inflate(stream, shorter));
      if (stream.size() > 20) {
        stream.resize(stream.size() / 2);
        CHECK_FALSE(inflate(stream, back));
      }
    }
  }
  const Bytes small = bytes("copy");
  Bytes back(4);
  REQUIRE(inflate(store_block(small), back));
  CHECK(back == small);
}

TEST_CASE("a stored block is only believed when its lengths are right") {
  Bytes nothing;
  CHECK(inflate(store_block({}), nothing));
  const Bytes small = bytes("copy");
  for (const std::size_t at :
       {0UL, 3UL, 4UL, 5UL, 6UL}) {  // git refuses such a stream, so csb must not take it
    Bytes damaged = store_block(small), back(small.size());
    damaged[at] ^= std::byte{0x10};
    CHECK_FALSE(inflate(damaged, back));
  }
}

TEST_CASE("entry headers read back") {
  for (const std::uint64_t size : {0ULL, 15ULL, 16ULL, 2047ULL, 2048ULL, 1ULL << 20, 1ULL << 40}) {
    for (const std::uint64_t distance : {1ULL, 127ULL, 128ULL, 16511ULL, 16512ULL, 1ULL << 33}) {
      Bytes raw;
      put_header(raw, ObjectType::ofs_delta, size, distance);
      const std::size_t length = raw.size();
      raw.push_back(std::byte{0x78});
      const auto header = parse_header(raw);
      REQUIRE(header);
      CHECK(header->size == size);
      CHECK(header->base_distance == distance);
      CHECK(header->length == length);
    }
  }
  CHECK_FALSE(parse_header({}));
  CHECK_FALSE(parse_header(Bytes{std::byte{0x80}}));
  CHECK_FALSE(parse_header(Bytes{std::byte{0x00}}));
}

TEST_CASE("prefix deltas and splices apply") {
  const Bytes source = noise(200'000, 7);
  for (const std::size_t size : {0UL, 1UL, 255UL, 65536UL, 65537UL, 199'999UL, 200'000UL}) {
    Bytes target;
    REQUIRE(apply_delta(source, prefix_delta(source.size(), size), target));
    CHECK(target == Bytes(source.begin(), source.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  Bytes changed = source;
  changed.insert(changed.begin() + 1000, 300, std::byte{'x'});
  const auto splice = splice_delta(source, changed);
  REQUIRE(splice);
  CHECK(splice->size() < 400);
  Bytes target;
  REQUIRE(apply_delta(source, *splice, target));
  CHECK(target == changed);
  Bytes longer = source;
  longer.resize(longer.size() + 5000);
  const auto moved = retarget_delta(*splice, longer.size());
  REQUIRE(moved);
  CHECK_FALSE(apply_delta(source, *moved, target));
  CHECK_FALSE(splice_delta(source, noise(200'000, 8)));
}

TEST_CASE("damaged deltas are refused, not followed") {
  const Bytes source = noise(1000, 1);
  Bytes target;
  for (unsigned seed = 0; seed < 2000; ++seed) {
    Bytes delta = prefix_delta(source.size(), 900);
    std::mt19937 random(seed);
    delta[random() % delta.size()] = static_cast<std::byte>(random());
    if (apply_delta(source, delta, target)) CHECK(target.size() <= 0x10000);
  }
  CHECK_FALSE(apply_delta(source, {}, target));
}

TEST_CASE("trees are sorted as git sorts them, and read back") {
  const Oid oid = blob_id({});
  const Bytes raw = write_tree({{"a.b", kModeFile, oid}, {"a", kModeTree, oid}, {"a0", kModeFile, oid}});
  const auto items = parse_tree(raw);
  REQUIRE(items);
  CHECK((*items)[0].name == "a.b");  // '.' < '/' < '0'
  CHECK((*items)[1].name == "a");
  CHECK((*items)[2].name == "a0");
  for (std::size_t cut = 1; cut < raw.size(); ++cut) {
    const auto part = parse_tree(std::span(raw).first(cut));
    if (part) CHECK(part->size() < 3);
  }
  CHECK(is_slice_name("000000.csb"));
  CHECK(is_slice_name("1234567.csb"));
  CHECK_FALSE(is_slice_name("00000.csb"));
  CHECK_FALSE(is_slice_name("00000x.csb"));
  CHECK_FALSE(is_slice_name("000000.csb.bak"));
}

TEST_CASE("changes read back, bytes that are no text included") {
  Change change;
  change.path = "projects/-a/\"quoted\"\n\xff.jsonl";
  change.op = ChangeOp::grow;
  change.size = 1ULL << 40;
  change.mtime_ns = -5;
  change.mode = 0100600;
  change.messages = 12;
  Change gone;
  gone.path = "a";
  gone.op = ChangeOp::remove;
  const auto back =
      parse_changes(write_changes({change, gone}) +
                    "garbage\n[]\n{\"path\":3,\"op\":\"add\"}\n{\"path\":\"x\",\"op\":\"later\"}\n");
  REQUIRE(back.size() == 2);
  CHECK(back[0] == gone);
  CHECK(back[1] == change);
}
