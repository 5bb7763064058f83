#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>

#include "csb/app/reading.hpp"

namespace csb::app {

/// Makes entries of messages: puts each tool's output to its call, which lies rows before it, and tells the
/// client's own words from a person's. Holds back what follows a call that has not ended, within bounds.
class EntryAssembler {
 public:
  explicit EntryAssembler(std::function<void(Entry&)> emit) : emit_(std::move(emit)) {}

  void add(Message& message, const MessagePlace& place);
  /// Calls that never ended are handed over as they are.
  void finish();

 private:
  void add_block(Block& block, const Message& message, Entry entry);
  void add_user_text(std::string& text, const Message& message, Entry entry);
  void add_result(Block& block, Entry entry);
  bool add_media(const Block& block);
  void push(Entry entry);
  void hand_over(bool all);

  std::function<void(Entry&)> emit_;
  std::deque<Entry> held_;
  std::size_t held_bytes_ = 0;
  std::string answer_;  ///< message_id of the answer that the calls held back belong to
  std::int64_t time_ns_ = 0;
};

}  // namespace csb::app
