#include "markdown_text.hpp"

#include <string>

#include "support/catch.hpp"

using csb::cli::code_block;
using csb::cli::code_span;
using csb::cli::plain_text;
using csb::cli::safe_markdown;

TEST_CASE("Markdown in a message stays what it was") {
  const std::string text =
      "A **bold** word, `List<int>` and [a link](https://example.com/a_b).\n\n- one\n- two\n  - three\n\n"
      "| a | b |\n|---|---|\n| 1 | 2 |\n";
  CHECK(safe_markdown(text) == text);
  CHECK(safe_markdown("1 < 2 && a <- b\n") == "1 < 2 && a <- b\n");
  CHECK(safe_markdown("").empty());
}

TEST_CASE("HTML in a message becomes text, but code stays code") {
  CHECK(safe_markdown("<script>alert(1)</script>\n") == "&lt;script>alert(1)&lt;/script>\n");
  CHECK(safe_markdown("</details>") == "&lt;/details>\n");
  CHECK(safe_markdown("<!-- x\n<?php") == "&lt;!-- x\n&lt;?php\n");
  CHECK(safe_markdown("`<b>`") == "`<b>`\n");
  CHECK(safe_markdown("``a`<b>``") == "``a`<b>``\n");
}

TEST_CASE("a code span that may end elsewhere hides no HTML") {
  // The first backtick may find its other half in the next line: then what follows that one is no code.
  CHECK(safe_markdown("one `\ntwo ` <script> `") == "one `\ntwo ` &lt;script> `\n");
  CHECK(safe_markdown("one ` two `` <script> ``") == "one ` two `` &lt;script> ``\n");
  CHECK(safe_markdown("\\` <script> `") == "\\` &lt;script> `\n");
  CHECK(safe_markdown("| ` | <script> ` |") == "| ` | &lt;script> ` |\n");
  CHECK(safe_markdown("one `\n\n`<b>`") == "one `\n\n`<b>`\n");  // a blank line ends the paragraph
}

TEST_CASE("fences are closed, and stand at the margin") {
  CHECK(safe_markdown("```cpp\nvector<int> v;") == "```cpp\nvector<int> v;\n```\n");
  CHECK(safe_markdown("1. do\n   ```\n   <x>\n   ```\n2. next") == "1. do\n\n```\n<x>\n```\n\n2. next\n");
  // In a list a fence would end with it, and the HTML behind it would be HTML.
  CHECK(safe_markdown("- a\n  ```\n<script>") == "- a\n\n```\n<script>\n```\n");
  CHECK(safe_markdown("~~~\n```\n~~~\n<b>") == "````\n```\n````\n\n&lt;b>\n");
  CHECK(safe_markdown("````\n```\n<i>\n````\n<b>") == "````\n```\n<i>\n````\n\n&lt;b>\n");
  CHECK(safe_markdown("> ```\n<script>") == "> ```\n&lt;script>\n");
}

TEST_CASE("a message makes no heading of the document's own size") {
  CHECK(safe_markdown("# You\n## Claude") == "### You\n#### Claude\n");
  CHECK(safe_markdown("###### deep") == "###### deep\n");
  CHECK(safe_markdown("You\n===") == "You\n\\===\n");
  CHECK(safe_markdown("You\n---\n") == "You\n\\---\n");
  CHECK(safe_markdown("You\n\n---\n") == "You\n\n---\n");
  CHECK(safe_markdown("#hashtag") == "###hashtag\n");
}

TEST_CASE("links lead to pages only") {
  CHECK(safe_markdown("[x](javascript:alert(1))") == "[x\\](javascript:alert(1))\n");
  CHECK(safe_markdown("[x]( JavaScript:alert(1))") == "[x\\]( JavaScript:alert(1))\n");
  CHECK(safe_markdown("[x](&#106;avascript:alert(1))") == "[x\\](&#106;avascript:alert(1))\n");
  CHECK(safe_markdown("[x]: data:text/html,y") == "[x\\]: data:text/html,y\n");
  CHECK(safe_markdown("[x](src/a.cpp) [y](https://e.com/?a&b)") ==
        "[x](src/a.cpp) [y](https://e.com/?a&b)\n");
}

TEST_CASE("control characters and bidirectional overrides show, colours go") {
  CHECK(safe_markdown("a\x1b[31mred\x1b[0m b") == "ared b\n");
  CHECK(safe_markdown("a\x1b]0;title\x07"
                      "b\x1b") == "ab\\x1b\n");
  CHECK(safe_markdown("x\xe2\x80\xae"
                      "y\x00"
                      "z") == "x\\u202ey\n");
  CHECK(code_block("10%\r20%\r\nend", "") == "```\n10%\n20%\nend\n```\n");
  CHECK(safe_markdown("bad \xff utf-8") == "bad \\xff utf-8\n");
}

TEST_CASE("a block of code is in a fence longer than any in it") {
  CHECK(code_block("a\n", "text") == "```text\na\n```\n");
  CHECK(code_block("```\n</details>", "") == "````\n```\n</details>\n````\n");
  CHECK(code_block("`````", "") == "``````\n`````\n``````\n");
  CHECK(code_block("", "x\"><b>") == "```xb\n```\n");
}

TEST_CASE("code and plain text in a line") {
  CHECK(code_span("ls -la") == "`ls -la`");
  CHECK(code_span("a `b` c") == "``a `b` c``");
  CHECK(code_span("`x`") == "`` `x` ``");
  CHECK(code_span("two\nlines") == "`two lines`");
  CHECK(code_span("").empty());
  CHECK(plain_text("<b> *x* & `y`") == "&lt;b> \\*x\\* &amp; \\`y\\`");
}
