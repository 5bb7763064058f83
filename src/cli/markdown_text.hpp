#pragma once

#include <functional>
#include <string>
#include <string_view>

/// Text of anybody, put into a Markdown document so that it stays where it was put.
namespace csb::cli {

/// Text that is Markdown itself: keeps its emphasis, lists, links, tables and code. Its headings become
/// smaller ones than the document's own, HTML becomes text, a fence it left open is closed, and every fence
/// stands at the margin, since one in a list or quotation would end where that does.
[[nodiscard]] std::string safe_markdown(std::string_view text);

/// Text of no syntax, as a block of code: in a fence longer than any in it.
[[nodiscard]] std::string code_block(std::string_view text, std::string_view language);
/// The same, to `sink`, however long the text is.
void code_block_to(const std::function<void(std::string_view)>& sink, std::string_view text,
                   std::string_view language);

/// One line of text, as code in a line; empty stays empty.
[[nodiscard]] std::string code_span(std::string_view text);

/// One line of text, without any syntax in it: for headings and summaries, which may be HTML.
[[nodiscard]] std::string plain_text(std::string_view text);

/// A line that opens a block of code: ``` or more, ~~~ or more, however far indented.
struct Fence {
  char character = 0;         ///< 0: it opens none
  std::size_t length = 0;     ///< of the run of that character
  std::size_t indent = 0;     ///< spaces before it
  std::string_view language;  ///< first word behind it
};
[[nodiscard]] Fence opening_fence(std::string_view line);
/// True when `line` closes what `fence` opened.
[[nodiscard]] bool closes(std::string_view line, const Fence& fence);

}  // namespace csb::cli
