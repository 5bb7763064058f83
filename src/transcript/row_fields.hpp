#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "csb/model/session_details.hpp"
#include "json_line.hpp"
#include "lines.hpp"

namespace csb::transcript {

/// A call of a tool, as far as it says what it works on.
struct ToolCall {
  std::string_view name;
  std::string_view file_path;  ///< or notebook_path
  std::string_view path;       ///< where a search looks
  std::string_view command;    ///< of a shell
};

/// What csb wants to know of one row. Texts that a row has not are views of nothing (data() == nullptr).
struct RowFields {
  std::string_view type, subtype, uuid, timestamp;
  std::string_view session_id, cwd, git_branch, version, slug, request_session_id;
  std::string_view agent_name, custom_title, ai_title, summary, last_prompt, relocated_cwd;
  std::string_view forked_from;  ///< forkedFrom.sessionId
  std::string_view origin;       ///< origin.kind: who caused a user row
  std::string_view model;        ///< message.model
  std::string_view message_id, request_id;
  std::string_view leaf_uuid;
  std::string_view message_text;     ///< message.content when that is a string
  std::uint64_t tool_uses = 0;       ///< blocks of type tool_use in message.content
  std::vector<ToolCall> tool_calls;  ///< the first 4,096 of them
  Tokens tokens;                     ///< message.usage
  bool has_usage = false;
  bool is_meta = false, is_compact_summary = false, is_sidechain = false, is_explicit = false;

  /// As new, but what room it has it keeps.
  void clear();

  /// A row of the conversation: what a person said, a tool returned or the model answered.
  [[nodiscard]] bool is_message() const { return type == "user" || type == "assistant"; }
};

enum class RowKind {
  blank,   ///< nothing but white space: no row
  object,  ///< a row
  bad,     ///< torn, binary, too long, an array, a scalar
};

class RowParser {
 public:
  /// @param row set when the answer is RowKind::object; its views live until the next call, and only as
  ///        long as the line's
  [[nodiscard]] RowKind parse(const Line& line, RowFields& row);

 private:
  JsonLineReader reader_;
};

}  // namespace csb::transcript
