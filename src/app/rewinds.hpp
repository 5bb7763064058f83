#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "csb/app/reading.hpp"

namespace csb::app {

/// Finds where a person took a conversation back. The client only appends: what was left stays in the
/// transcript, and the new prompt follows the row that the first prompt that was left had followed.
class Rewinds {
 public:
  /// To be asked of each message in the order of the file.
  /// @return the entry that belongs before it, when the conversation was taken back for it
  [[nodiscard]] std::optional<Entry> before(const Message& message, const MessagePlace& place);

 private:
  struct Prompt {
    std::size_t uuid = 0;  ///< hashed
    std::uint64_t offset = 0;
    std::string text;
  };
  std::unordered_map<std::size_t, Prompt>
      prompts_;  ///< the latest that followed each row, by that row's hash
};

}  // namespace csb::app
