#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace csb::claude_code {

/// A text pasted into a prompt, which the prompt itself only mentions.
struct Paste {
  std::string number;   ///< as the prompt has it: "1" of "[Pasted text #1 +20 lines]"
  std::string content;  ///< short ones
  std::string hash;     ///< of long ones: paste-cache/<hash>.txt; sixteen hexadecimal digits
};

/// One line of history.jsonl: a prompt as it was typed.
struct HistoryEntry {
  std::string prompt;
  std::int64_t time_ns = 0;
  std::string project;     ///< working directory
  std::string session_id;  ///< not validated; empty in lines of older clients
  std::vector<Paste> pastes;
};

/// @return nothing for what is no such line
[[nodiscard]] std::optional<HistoryEntry> parse_history_line(std::string_view line);

/// Takes history.jsonl in pieces and gives its entries. Memory is bounded: a line of over 4 MiB is passed
/// over. A last line without an end counts too.
class HistoryReader {
 public:
  using Sink = std::function<void(HistoryEntry)>;
  explicit HistoryReader(Sink sink) : sink_(std::move(sink)) {}

  void feed(std::string_view bytes);
  void finish();
  [[nodiscard]] std::uint64_t bad_lines() const noexcept { return bad_; }

 private:
  void end_of_line();

  Sink sink_;
  std::string line_;
  bool too_long_ = false;
  std::uint64_t bad_ = 0;
};

}  // namespace csb::claude_code
