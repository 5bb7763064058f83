#include "csb/util/sha256.hpp"

#include "support/catch.hpp"

using namespace csb;

TEST_CASE("SHA-256: the standard's own examples, and every length around a block's end") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256_hex(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  // The hash of the hashes of "", "x", "xx" … 130 characters, by another program.
  std::string all;
  for (std::size_t length = 0; length <= 130; ++length) all += sha256_hex(std::string(length, 'x'));
  CHECK(sha256_hex(all) == "87aca1c44bc7ba8897768170211f0a02063de70801131ff86c7edb9ce32c6a50");
}
