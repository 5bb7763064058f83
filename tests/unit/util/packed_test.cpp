#include "csb/util/packed.hpp"

#include <cstdint>

#include "csb/util/boxed.hpp"
#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb;

TEST_CASE("packed numbers and texts come back, and torn ones are refused") {
  PackedWriter out;
  std::string before;
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, UINT64_MAX})
    out.number(n);
  out.text("a\0b\xff");
  for (const char* name : {"opus", "opus", "", "opus"}) out.text(name, before);
  const std::string packed = std::move(out).bytes();
  CHECK(packed.size() == 1 + 1 + 2 + 10 + 2 + 6 + 1 + 2 + 6);

  const auto read = [](std::string_view bytes) {
    PackedReader in(bytes);
    std::vector<std::uint64_t> numbers;
    for (int i = 0; i < 4; ++i) numbers.push_back(in.number());
    CHECK(numbers == std::vector<std::uint64_t>{0, 127, 128, UINT64_MAX});
    CHECK(in.text() == "a");
    std::string last;
    std::vector<std::string> names;
    for (int i = 0; i < 4; ++i) names.push_back(in.text(last));
    CHECK(names == std::vector<std::string>{"opus", "opus", "", "opus"});
    return in.at_end();
  };
  CHECK(read(packed));
  for (std::size_t cut = 0; cut < packed.size(); ++cut)
    CHECK_THROWS_AS(
        [&] {
          PackedReader in(std::string_view(packed).substr(0, cut));
          for (int i = 0; i < 4; ++i) static_cast<void>(in.number());
          static_cast<void>(in.text());
          std::string last;
          for (int i = 0; i < 4; ++i) static_cast<void>(in.text(last));
        }(),
        Error);
  // More than 64 bits of number.
  CHECK_THROWS_AS(PackedReader(std::string(10, '\xff')).number(), Error);
}

TEST_CASE("a boxed value is copied with its box") {
  Boxed<std::string> one(std::string("text")), none;
  Boxed<std::string> other = one;
  other->append("s");
  CHECK(*one == "text");
  CHECK(*other == "texts");
  CHECK_FALSE(one == other);
  other = none;
  CHECK_FALSE(other.has_value());
  CHECK(other == none);
  none = std::move(one);
  CHECK(*none == "text");
  CHECK(none.emplace().empty());
}
