#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace csb {

/// One part of a message.
struct Block {
  enum class Kind : std::uint8_t {
    text,
    thinking,
    tool_use,     ///< `tool` called with `input`
    tool_result,  ///< what it gave: `text`
    image,        ///< and other media: `text` says of what type
    other,        ///< of a type not known here, named by `tool`
  };
  Kind kind = Kind::text;
  std::string text;     ///< of a tool_use: its telling part, as transcript::describe_row says it
  std::string tool;     ///< name of the tool called
  std::string tool_id;  ///< pairs a call with its result
  std::string input;    ///< of a tool_use: the raw JSON of its input
  bool is_error = false;
};

/// One row of a conversation, as people read it. One answer of a model is several rows with one
/// `message_id`, a block each.
struct Message {
  enum class Role : std::uint8_t {
    human,   ///< typed by a person
    client,  ///< a user row that nobody typed: commands and their output, reminders, tool results
    assistant,
    system,  ///< compaction boundaries, errors, notices
    title,   ///< a row that names the session: custom title, AI title, summary
  };
  Role role = Role::human;
  std::string uuid, parent_uuid, message_id, model, agent_id, cwd;
  std::int64_t time_ns = 0;  ///< 0 when it has none
  bool is_sidechain = false, is_compact_summary = false, is_compact_boundary = false, is_meta = false;
  std::vector<Block> blocks;
};

}  // namespace csb
