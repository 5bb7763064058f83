#pragma once

#include <string_view>
#include <vector>

#include "json_line.hpp"

namespace csb::transcript {

/// One content block of a message, as written. Its type says which of the texts counts.
struct ContentBlock {
  std::string_view type, text, thinking, name;
  std::string_view id;                    ///< of the call: `id`, of its result: `tool_use_id`
  std::string_view input;                 ///< of a tool call: raw JSON
  std::string_view telling;               ///< of a tool call: what it is about
  std::vector<std::string_view> results;  ///< of a tool result: its texts
  std::vector<std::string_view> media;    ///< media types of the images in it, or of the block itself
  bool is_error = false;
};

/// @param block afresh, or one read before: its buffers are reused
[[nodiscard]] simdjson::error_code read_content_block(ondemand::value& value, ContentBlock& block);

}  // namespace csb::transcript
