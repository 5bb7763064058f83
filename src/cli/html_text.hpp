#pragma once

#include <functional>
#include <string>
#include <string_view>

/// Text of anybody, put into an HTML page as text: nothing in it can become a tag, an attribute or a script.
namespace csb::cli {

/// Escaped, for content and for attributes in quotes; control characters are visible, colours left out.
[[nodiscard]] std::string html_escape(std::string_view text);

/// The same, to `sink`, however long the text is.
void html_escape_to(const std::function<void(std::string_view)>& sink, std::string_view text);

/// A text that is Markdown, as HTML of a few harmless tags: paragraphs, headings, lists, quotations, tables,
/// code, emphasis, links to http, https and mailto. A text over kMostMarkdown is shown as it is written.
[[nodiscard]] std::string markdown_to_html(std::string_view text);

inline constexpr std::size_t kMostMarkdown = std::size_t{1} << 20;

/// One paragraph of it. @param readable printable already
[[nodiscard]] std::string inline_to_html(std::string_view readable);

/// Escapes what is readable already. @param out gets it appended
void append_escaped(std::string& out, std::string_view readable);

}  // namespace csb::cli
