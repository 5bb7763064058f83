// One row of any bytes, read by everything that reads rows.
#include <algorithm>
#include <string>

#include "csb/transcript/message.hpp"
#include "csb/transcript/reader.hpp"
#include "csb/util/text.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::transcript;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string line(fuzz::text_of(data, size));
  std::replace(line.begin(), line.end(), '\n', ' ');

  Reader reader;
  fuzz::hand_over_exactly(line + "\n", [&](auto piece) { reader.feed(piece); });
  CSB_CLAIM(reader.facts().rows + reader.facts().bad_rows <= 1);
  CSB_CLAIM(is_valid_utf8(serialize(reader.facts())));
  for (const auto& [path, touched] : reader.details().files) CSB_CLAIM(path.starts_with('/'));
  for (const auto& [path, use] : reader.details().folders) CSB_CLAIM(path.starts_with('/'));

  MessageReader messages;
  Message message;
  if (messages.read(line, message)) {  // perhaps of a row that is bad in fields that only the other reads
    for (const Block& block : message.blocks) CSB_CLAIM(is_valid_utf8(block.text));
  }
  constexpr std::size_t kLimit = 100;
  const std::string text = describe_row(line, kLimit);
  CSB_CLAIM(text.size() <= kLimit && is_valid_utf8(text));
  return 0;
}
