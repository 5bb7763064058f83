#include "packed_details.hpp"

#include <cstdint>

#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::app;

TEST_CASE("packed details come back as they were") {
  SessionDetails details;
  details.tools = {{"Bash", 2}, {"", 0}, {"x", UINT64_MAX}};
  details.files = {{"/a/\xff\n", {1, 2, 3, INT64_MAX}}, {"/b", {}}};
  details.folders = {{"/a", {5, 6, FolderOrigin::relative}}, {"/b", {0, 0, FolderOrigin::cwd}}};
  details.activity = {{1, 2, 3}, {1'000'000'000'000, 2'000'000'000'000, 127}};
  for (std::uint64_t n : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX})
    details.answers[n] = {n, 100, n % 2 == 0 ? "opus" : "sonnet", "/a", {1, n, 300, 70'000, 0}};
  const std::string packed = pack_details(details);
  const SessionDetails back = unpack_details(packed);
  CHECK(back.tools == details.tools);
  CHECK(back.files == details.files);
  CHECK(back.folders == details.folders);
  CHECK(back.activity == details.activity);
  CHECK(back.answers == details.answers);
  CHECK(pack_details(unpack_details(pack_details({}))) == pack_details({}));
  for (std::size_t cut = 0; cut < packed.size(); ++cut)
    CHECK_THROWS_AS(unpack_details(std::string_view(packed).substr(0, cut)), Error);
}
