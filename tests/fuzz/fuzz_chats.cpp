// What a service answers and what an export holds: any bytes, in pieces of any size, read the same.
#include <string>
#include <vector>

#include "csb/source/claude_ai/chat.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"
#include "fuzz/input.hpp"
#include "source/claude_ai/export_documents.hpp"
#include "source/claude_ai/json_value.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

/// Texts are valid and bounded, whatever the bytes are.
void check(const Message& message) {
  CSB_CLAIM(is_valid_utf8(message.uuid) && is_valid_utf8(message.parent_uuid));
  for (const Block& block : message.blocks) CSB_CLAIM(is_valid_utf8(block.text) && is_valid_utf8(block.tool));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::uint32_t seed = data[0] | std::uint32_t{data[1]} << 8;
  const std::string_view bytes = fuzz::text_of(data + 2, size - 2);

  std::uint64_t seen = 0;
  const ChatFacts whole = read_chat(bytes);
  ChatReader reader([&](const Message& message) {
    check(message);
    ++seen;
  });
  fuzz::hand_over_in_pieces(bytes, seed, [&](auto piece) { reader.feed(piece); });
  const ChatFacts pieces = reader.finish();
  CSB_CLAIM(whole.is_complete == pieces.is_complete && whole.error == pieces.error);
  CSB_CLAIM(whole.uuid == pieces.uuid && whole.name == pieces.name &&
            whole.message_ids == pieces.message_ids);
  CSB_CLAIM(whole.messages == seen && whole.branches == pieces.branches);
  CSB_CLAIM(is_valid_utf8(whole.name) && is_valid_utf8(whole.first_prompt));

  std::string why;
  const auto value = parse_json(bytes, why);
  CSB_CLAIM(!whole.is_complete || value.has_value() || why == "it holds too many values");

  std::string kept;
  ExportDocuments documents([] { return Body("/nonexistent"); },
                            [&](const ExportDocument& document) {
                              document.body.read([&](std::string_view piece) {
                                CSB_CLAIM(bytes.find(piece) != std::string_view::npos);
                                kept += piece;
                              });
                            });
  fuzz::hand_over_in_pieces(bytes, seed + 1, [&](auto piece) { documents.feed(as_text(piece)); });
  const bool good = documents.finish().empty();
  CSB_CLAIM(!whole.is_complete || (good && !kept.empty()));
  return 0;
}
