#include <array>
#include <utility>

#include "csb/transcript/reader.hpp"
#include "json_line.hpp"
#include "lines.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

using simdjson::error_code;

/// What a tool call is about: the first of these that its input has, else its first text.
constexpr std::array<std::string_view, 9> kInputNames{
    "command", "file_path", "notebook_path", "pattern", "query", "url", "description", "skill", "path"};

/// One content block of a message. A block's type says which of the texts counts.
struct Block {
  std::string_view type, text, thinking, name;
  std::string_view input;   ///< of a tool call: the telling part
  std::string_view result;  ///< of a tool result: its first text
};

error_code read_input(ondemand::value& value, std::string_view& telling) {
  std::size_t best = kInputNames.size() + 1;
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    std::size_t rank = 0;
    while (rank < kInputNames.size() && kInputNames[rank] != name) ++rank;
    if (rank >= best) return simdjson::SUCCESS;
    const auto error = read_text(member, telling);
    if (!error) best = rank;
    return error;
  });
}

/// A tool's result is a text, or blocks of which the first text is taken.
error_code read_result(ondemand::value& value, std::string_view& result) {
  const auto error = read_text(value, result);
  if (error != simdjson::INCORRECT_TYPE) return error;
  return for_each_element(value, [&](ondemand::value& block) {
    return for_each_field(block, [&](std::string_view name, ondemand::value& member) {
      return name == "text" && result.empty() ? read_text(member, result) : simdjson::SUCCESS;
    });
  });
}

error_code read_block(ondemand::value& value, Block& block) {
  return for_each_field(value, [&](std::string_view name, ondemand::value& member) {
    if (name == "type") return read_text(member, block.type);
    if (name == "text") return read_text(member, block.text);
    if (name == "thinking") return read_text(member, block.thinking);
    if (name == "name") return read_text(member, block.name);
    if (name == "input") return read_input(member, block.input);
    if (name == "content") return read_result(member, block.result);
    return simdjson::SUCCESS;
  });
}

std::string labelled(std::string_view label, std::string_view text, std::size_t limit) {
  std::string out = "[" + std::string(cut_to_bytes(label, limit)) + "]";
  if (!text.empty()) out.append(" ").append(cut_to_bytes(text, limit));
  return out;
}

std::string describe_block(const Block& block, std::size_t limit) {
  if (block.type == "text") return std::string(cut_to_bytes(block.text, limit));
  if (block.type == "thinking") return labelled("thinking", block.thinking, limit);
  if (block.type == "tool_use") return labelled(block.name, block.input, limit);
  if (block.type == "tool_result") return labelled("result", block.result, limit);
  if (block.type.empty()) return {};
  return labelled(block.type, {}, limit);  // an image, a document
}

/// Gathers a row's description while its fields go by.
class Description {
 public:
  explicit Description(std::size_t limit) : limit_(limit) {}

  error_code read(ondemand::object& row) {
    text_.clear();
    return for_each_field(
        row, [&](std::string_view name, ondemand::value& value) { return read_field(name, value); });
  }

  [[nodiscard]] std::string text() && { return std::string(cut_to_bytes(text_, limit_)); }

 private:
  /// At its top a row has either a message, or a title of some kind, or `content` (system rows and
  /// queued prompts).
  error_code read_field(std::string_view name, ondemand::value& value) {
    static constexpr std::array<std::string_view, 7> kTexts{
        "agentName", "customTitle", "aiTitle", "summary", "lastPrompt", "relocatedCwd", "content"};
    if (name == "message") return read_message(value);
    for (const std::string_view known : kTexts)
      if (name == known) return add_text(value);
    return simdjson::SUCCESS;
  }

  error_code read_message(ondemand::value& message) {
    return for_each_field(message, [&](std::string_view name, ondemand::value& value) {
      return name == "content" ? read_content(value) : simdjson::SUCCESS;
    });
  }

  error_code read_content(ondemand::value& content) {
    const auto error = add_text(content);
    if (error != simdjson::INCORRECT_TYPE) return error;
    return for_each_element(content, [&](ondemand::value& value) {
      Block block;
      const auto block_error = read_block(value, block);
      if (!block_error) add(describe_block(block, limit_));
      return block_error;
    });
  }

  error_code add_text(ondemand::value& value) {
    std::string_view text;
    const auto error = read_text(value, text);
    if (!error) add(cut_to_bytes(text, limit_));
    return error;
  }

  void add(std::string_view text) {
    if (text.empty() || text_.size() > limit_) return;
    if (!text_.empty()) text_ += ' ';
    text_ += text;
  }

  std::size_t limit_;
  std::string text_;
};

}  // namespace

std::string describe_row(std::string_view line, std::size_t limit) {
  if (line.size() > kMaxLine) return {};
  std::string padded(line);
  padded.append(kLinePadding, '\0');
  JsonLineReader reader;
  Description description(limit);
  const bool good = reader.read(std::string_view(padded).substr(0, line.size()),
                                [&](ondemand::object& row) { return description.read(row); });
  return good ? std::move(description).text() : std::string();
}

}  // namespace csb::transcript
