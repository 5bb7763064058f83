#include <array>
#include <utility>

#include "content_block.hpp"
#include "csb/transcript/reader.hpp"
#include "json_line.hpp"
#include "lines.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

using simdjson::error_code;

std::string labelled(std::string_view label, std::string_view text, std::size_t limit) {
  std::string out = "[" + std::string(cut_to_bytes(label, limit)) + "]";
  if (!text.empty()) out.append(" ").append(cut_to_bytes(text, limit));
  return out;
}

std::string_view first_text(const ContentBlock& result) {
  for (const std::string_view text : result.results)
    if (!text.empty()) return text;
  return {};
}

std::string describe_block(const ContentBlock& block, std::size_t limit) {
  if (block.type == "text") return std::string(cut_to_bytes(block.text, limit));
  if (block.type == "thinking") return labelled("thinking", block.thinking, limit);
  if (block.type == "tool_use") return labelled(block.name, block.telling, limit);
  if (block.type == "tool_result") return labelled("result", first_text(block), limit);
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
      const auto block_error = read_content_block(value, block_);
      if (!block_error) add(describe_block(block_, limit_));
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
  ContentBlock block_;
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
