// What claude.ai answers about chats, and the files csb keeps of it: any JSON, or none.
#include <string>

#include "csb/source/claude_ai/mirror.hpp"
#include "csb/util/text.hpp"
#include "fuzz/input.hpp"
#include "source/claude_ai/file_name.hpp"
#include "source/claude_ai/json_value.hpp"
#include "source/claude_ai/listing.hpp"

using namespace csb;
using namespace csb::claude_ai;

namespace {

void read_rows(const JsonValue& value) {
  if (const auto row = read_row(value)) {
    CSB_CLAIM(row->uuid.size() == 36 && row->uuid.find('/') == std::string::npos);
    CSB_CLAIM(is_valid_utf8(row->name));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  std::string why;
  const auto value = parse_json(text, why);
  CSB_CLAIM(value.has_value() == why.empty());
  if (value) {
    read_rows(*value);
    for (const JsonValue& item : value->items) read_rows(item);
  }
  return 0;
}
