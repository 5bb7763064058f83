#include <array>
#include <optional>

#include "csb/util/error.hpp"
#include "schedule_backend.hpp"

namespace csb::app {
namespace {

// The first mark says what the crontab was like, so that taking the block out can leave just that.
constexpr std::string_view kBegin = "# >>> csb schedule >>> ('csb schedule remove' takes these lines out";
constexpr std::string_view kNone = "; there was no crontab";
constexpr std::string_view kUnended = "; the line above had no end";
constexpr std::string_view kBeginEnd = ")\n";
constexpr std::string_view kEnd = "# <<< csb schedule <<<\n";

struct Block {
  std::size_t begin = 0, end = 0;  ///< in the crontab
  std::string_view mark, line;     ///< the first line; what is between
};

/// @param at where a line begins
bool is_line_start(std::string_view text, std::size_t at) { return at == 0 || text[at - 1] == '\n'; }

std::optional<Block> find_block(std::string_view text) {
  std::size_t begin = text.find(kBegin);
  while (begin != std::string_view::npos && !is_line_start(text, begin)) begin = text.find(kBegin, begin + 1);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t inner = text.find('\n', begin);
  const std::size_t end = inner == std::string_view::npos ? inner : text.find(kEnd, inner);
  if (end == std::string_view::npos || !is_line_start(text, end))
    throw Error(ErrorCode::failed, "the marks around csb's line in your crontab are damaged",
                "take those lines out by hand ('crontab -e'), then run this again");
  return Block{begin, end + kEnd.size(), text.substr(begin, inner + 1 - begin),
               text.substr(inner + 1, end - inner - 1)};
}

bool says(const Block& block, std::string_view remark) {
  return block.mark.find(remark) != std::string_view::npos;
}

std::string without_block(const std::string& crontab, const Block& block) {
  std::string out = crontab.substr(0, block.begin);
  if (says(block, kUnended) && out.ends_with('\n') && block.end == crontab.size()) out.pop_back();
  return out + crontab.substr(block.end);
}

std::string block_of(std::string_view remark, const std::string& line) {
  return std::string(kBegin) + std::string(remark) + std::string(kBeginEnd) + line + std::string(kEnd);
}

}  // namespace

std::string with_cron_block(const std::string& crontab, bool exists, const std::string& line) {
  if (const auto block = find_block(crontab)) {
    if (line.empty()) return without_block(crontab, *block);
    const std::string_view remark = says(*block, kNone) ? kNone : says(*block, kUnended) ? kUnended : "";
    return crontab.substr(0, block->begin) + block_of(remark, line) + crontab.substr(block->end);
  }
  if (line.empty()) return crontab;
  const bool unended = !crontab.empty() && !crontab.ends_with('\n');
  return crontab + (unended ? "\n" : "") + block_of(!exists ? kNone : unended ? kUnended : "", line);
}

std::string cron_block_line(const std::string& crontab) {
  const auto block = find_block(crontab);
  return block ? std::string(block->line) : std::string();
}

bool is_only_cron_block(const std::string& crontab) {
  const auto block = find_block(crontab);
  return block && says(*block, kNone) && block->begin == 0 && block->end == crontab.size();
}

}  // namespace csb::app
