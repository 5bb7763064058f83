// A transcript of any bytes, read in pieces and in sittings: the facts are those of one reading.
#include <algorithm>
#include <string>

#include "csb/transcript/reader.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::transcript;

namespace {

std::uint64_t sum(const SessionDetails& details) {
  std::uint64_t sum = 0;
  for (const auto& [tool, calls] : details.tools) sum += calls;
  for (const auto& [path, file] : details.files) sum += file.reads + file.writes + file.searches;
  for (const auto& [path, use] : details.folders) sum += use.rows + use.work;
  for (const ActivitySegment& sitting : details.activity) sum += sitting.messages;
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const std::uint32_t seed = data[0] | std::uint32_t{data[1]} << 8;
  const std::string_view bytes = fuzz::text_of(data + 4, size - 4);

  Reader whole;
  fuzz::hand_over_exactly(bytes, [&](auto piece) { whole.feed(piece); });
  CSB_CLAIM(whole.parsed_to() == bytes.rfind('\n') + 1);
  Reader pieces;
  fuzz::hand_over_in_pieces(bytes, seed, [&](auto piece) { pieces.feed(piece); });
  CSB_CLAIM(pieces.facts() == whole.facts());
  CSB_CLAIM(sum(pieces.details()) == sum(whole.details()));

  Reader first;
  fuzz::hand_over_exactly(bytes.substr(0, (data[2] | std::size_t{data[3]} << 8) % (bytes.size() + 1)),
                          [&](auto piece) { first.feed(piece); });
  const auto remembered = deserialize(serialize(first.facts()));
  CSB_CLAIM(remembered && *remembered == first.facts());
  Reader second(*remembered, first.parsed_to());
  fuzz::hand_over_exactly(bytes.substr(first.parsed_to()), [&](auto piece) { second.feed(piece); });
  CSB_CLAIM(second.facts() == whole.facts());
  CSB_CLAIM(second.parsed_to() == whole.parsed_to());
  CSB_CLAIM(sum(first.details()) + sum(second.details()) == sum(whole.details()));

  std::uint64_t rows = 0, bad = 0;
  RowSplitter splitter([&](const Row& row) {
    CSB_CLAIM(row.line == bytes.substr(row.offset, row.line.size()));
    (row.is_bad ? bad : rows) += 1;
  });
  fuzz::hand_over_in_pieces(bytes, seed + 1, [&](auto piece) { splitter.feed(piece); });
  CSB_CLAIM(rows == whole.facts().rows && bad == whole.facts().bad_rows);
  splitter.finish();
  return 0;
}
