#include "html_text.hpp"

#include <string>

#include "support/catch.hpp"

using csb::cli::html_escape;
using csb::cli::markdown_to_html;

namespace {

/// Every tag in `html`, in order: "<p></p>".
std::string tags(const std::string& html) {
  std::string found;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1))
    found += html.substr(at, html.find('>', at) + 1 - at);
  return found;
}

std::string repeated(const std::string& what, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += what;
  return text;
}

}  // namespace

TEST_CASE("nothing in a text is a tag or ends an attribute") {
  CHECK(html_escape("<a href=\"x\" b='y'>&") == "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
  CHECK(html_escape("a\x1b[1mb\x07") == "ab\\x07");
  CHECK(html_escape("\xe2\x80\xae") == "\\u202e");
  CHECK(tags(markdown_to_html("<script>alert(1)</script>")) == "<p></p>");
  CHECK(tags(markdown_to_html("</section></main><img src=x onerror=y>")) == "<p></p>");
  CHECK(tags(markdown_to_html("```\n</code></pre><script>\n")) == "<pre><code></code></pre>");
  CHECK(tags(markdown_to_html("`<b>` **<i>** _<u>_ | <x>")) ==
        "<p><code></code><strong></strong><em></em></p>");
}

TEST_CASE("links lead to pages only, and cannot leave their attribute") {
  CHECK(markdown_to_html("[x](https://e.com/a?b=1&c)") ==
        "<p><a rel=\"noopener noreferrer\" href=\"https://e.com/a?b=1&amp;c\">x</a></p>\n");
  CHECK(tags(markdown_to_html("[x](javascript:alert(1)) [y](data:text/html,z) [z](//e.com)")) == "<p></p>");
  CHECK(tags(markdown_to_html("[x](https://e.com/\"onclick=alert(1))")).find("href=\"https://e.com/\"on") ==
        std::string::npos);
  CHECK(tags(markdown_to_html("https://e.com/'onclick='x")) ==
        "<p><a rel=\"noopener noreferrer\" href=\"https://e.com/\"></a></p>");
  CHECK(tags(markdown_to_html("[<img src=x>](https://e.com)")) ==
        "<p><a rel=\"noopener noreferrer\" href=\"https://e.com\"></a></p>");
}

TEST_CASE("Markdown reads as it is meant") {
  CHECK(markdown_to_html("# Title\n\ntext\nmore") == "<h3>Title</h3>\n<p>text<br>\nmore</p>\n");
  CHECK(markdown_to_html("a **b** *c* `d` ~~e~~ f_g_h __i__") ==
        "<p>a <strong>b</strong> <em>c</em> <code>d</code> <del>e</del> f_g_h <strong>i</strong></p>\n");
  CHECK(markdown_to_html("2 * 3 * 4 and **`code`**") ==
        "<p>2 * 3 * 4 and <strong><code>code</code></strong></p>\n");
  CHECK(markdown_to_html("- a\n- b\n  - c\n\nend") ==
        "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n<ul>\n<li><p>c</p>\n</li>\n</ul>\n</li>\n</ul>\n<p>end</"
        "p>\n");
  CHECK(markdown_to_html("3. a\n   ```\n   x\n   ```\n4. b") ==
        "<ol start=\"3\">\n<li><p>a</p>\n<pre><code>x\n</code></pre>\n</li>\n<li><p>b</p>\n</li>\n</ol>\n");
  CHECK(markdown_to_html("> q\n> r\n\n---") == "<blockquote><p>q<br>\nr</p>\n</blockquote>\n<hr>\n");
  CHECK(markdown_to_html("|a|b|\n|-|-|\n|1|`x`|") ==
        "<div class=\"table\"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>"
        "<code>x</code></td></tr></tbody></table></div>\n");
}

TEST_CASE("no text takes long or nests deep") {
  for (const char* unit : {"*", "_", "`", "[", "](", "> ", "- ", "**a ", "`` ` ", "~~", "[a](", "http://",
                           "|", "1. ", "\\", "#"}) {
    INFO(unit);
    const std::string html = markdown_to_html(repeated(unit, 100'000));
    CHECK(html.size() < 10'000'000);
    CHECK(tags(html).size() < 4'000'000);
  }
  std::string stairs;
  for (std::size_t depth = 0; depth < 300; ++depth) stairs += std::string(2 * depth, ' ') + "- x\n";
  CHECK(tags(markdown_to_html(stairs)).size() < 20'000);
  CHECK(tags(markdown_to_html(repeated("a", 2 << 20))) == "<div class=\"verbatim\"></div>");
}
