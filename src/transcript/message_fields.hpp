#pragma once

#include <string_view>
#include <vector>

#include "csb/model/message.hpp"
#include "json_line.hpp"

namespace csb::transcript {

/// What of one row goes into a Message, as written. Views live as long as JsonLineReader says.
struct MessageFields {
  std::string_view type, subtype, uuid, parent_uuid, timestamp, cwd, agent_id;
  std::string_view origin;                       ///< origin.kind: who caused a user row
  std::string_view message_id, model;            ///< of `message`
  std::string_view title;                        ///< whichever field the row's type names
  std::string_view content;                      ///< of a system row
  std::string_view error;                        ///< of a system row that tells of one
  std::string_view attachment;                   ///< type of what is attached
  std::string_view command_mode;                 ///< of a queued command: "prompt" when it is one
  std::vector<std::string_view> attached_texts;  ///< what is readable in the attachment, its name first
  std::vector<Block> blocks;                     ///< of `message`
  bool is_meta = false, is_compact_summary = false, is_sidechain = false;
  bool is_plain = false;  ///< the message's content is one text, not blocks
};

/// Reads one row, whatever its type. @param fields afresh, or read before
[[nodiscard]] simdjson::error_code read_message_fields(ondemand::object& row, MessageFields& fields);

}  // namespace csb::transcript
