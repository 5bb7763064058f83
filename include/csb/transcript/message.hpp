#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "csb/model/message.hpp"
#include "csb/transcript/reader.hpp"

namespace csb::transcript {

/// Reads rows as messages. Keep one for many rows: buffers are reused.
class MessageReader {
 public:
  MessageReader();
  ~MessageReader();
  /// @param line one row, without the newline
  /// @return false when there is nothing to read in it: no object, a row of the client's own
  ///         bookkeeping (snapshots, request shapes, listings), a message without content
  [[nodiscard]] bool read(std::string_view line, Message& message);
  /// The same, in place: of a row of 16 MiB there is no second copy.
  /// @param row as a RowSplitter hands it out
  [[nodiscard]] bool read(const Row& row, Message& message);

 private:
  [[nodiscard]] bool read_padded(std::string_view line, Message& message);
  struct State;
  std::unique_ptr<State> state_;
};

/// The texts in the input of a tool call, names left out, a line each.
/// @param json Block::input
[[nodiscard]] std::string text_of_input(std::string_view json);

}  // namespace csb::transcript
