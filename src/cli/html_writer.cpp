#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "csb/cli/entry_writers.hpp"
#include "csb/cli/render.hpp"
#include "csb/cli/version.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"
#include "entry_words.hpp"
#include "html_page.hpp"
#include "html_text.hpp"
#include "markdown_text.hpp"

namespace csb::cli {
namespace {

using app::Entry;
using Kind = Entry::Kind;

constexpr std::size_t kBriefColumns = 240;  // of a tool call; the page cuts it to fit
constexpr std::size_t kLinkColumns = 110;   // of a prompt in the list of prompts

std::string_view class_of(Speaker speaker) {
  if (speaker == Speaker::person) return "you";
  return speaker == Speaker::model ? "model" : "client";
}

/// A prompt in the list beside the conversation.
struct PromptLink {
  std::uint64_t anchor = 0;
  std::int64_t time_ns = 0;
  std::string text;
};

std::string fold_begin(std::string_view kind, std::string_view title, std::string_view brief,
                       std::string_view size) {
  std::string out = fmt::format("<details class=\"{}\"><summary><b>{}</b>", kind, html_escape(title));
  if (!brief.empty()) out += fmt::format("<code>{}</code>", html_escape(brief));
  if (!size.empty()) out += fmt::format("<span class=\"size\">{}</span>", html_escape(size));
  return out + "</summary><div class=\"inside\">";
}
constexpr std::string_view kFoldEnd = "</div></details>\n";

void pre(const TextSink& sink, std::string_view text, std::string_view kind = {}) {
  sink(kind.empty() ? std::string("<pre>\n") : fmt::format("<pre class=\"{}\">\n", kind));
  html_escape_to(sink, text);
  sink("</pre>");
}

/// A value of one short line beside its name, a longer one below it.
void field(const TextSink& sink, std::string_view name, std::string_view value) {
  constexpr std::size_t kShort = 120;
  if (value.size() <= kShort && value.find_first_of("\n\r") == std::string_view::npos)
    return sink(fmt::format("<div class=\"pair\"><span>{}</span><code>{}</code></div>", html_escape(name),
                            html_escape(value)));
  const std::string_view kind = name == "old_string" ? "before" : name == "new_string" ? "after" : "";
  sink(fmt::format("<span class=\"field\">{}</span>", html_escape(name)));
  pre(sink, value, kind);
}

/// What is too long to be looked through for marks is shown as it was written.
void verbatim(const TextSink& sink, std::string_view text) {
  sink("<div class=\"verbatim\">");
  html_escape_to(sink, text);
  sink("</div>\n");
}

/// What a person typed, as it was typed; but blocks of code as such.
std::string typed(std::string_view text) {
  const std::string readable = printable_lines(text);
  std::string out = "<div class=\"verbatim\">";
  Fence open;
  for (std::string_view rest = readable; !rest.empty();) {
    const auto end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const Fence fence = open.character == 0 ? opening_fence(line) : Fence();
    if (fence.character != 0) {
      open = fence;
      if (out.ends_with('\n')) out.pop_back();
      out += "</div><pre>\n";
    } else if (open.character != 0 && closes(line, open)) {
      open = {};
      out += "</pre><div class=\"verbatim\">";
    } else {
      append_escaped(out, line);
      out += '\n';
    }
  }
  return out + (open.character == 0 ? "</div>\n" : "</pre>\n");
}

class HtmlWriter : public app::EntryWriter {
 public:
  HtmlWriter(TextSink sink, std::int64_t exported_ns) : sink_(std::move(sink)), exported_ns_(exported_ns) {}

  void begin(const app::ReadingHead& head) override {
    is_redacted_ = head.is_redacted;
    const std::string title = html_escape(printable(title_of(head.session)));
    sink_(fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{}'; "
        "script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"robots\" content=\"noindex\">\n"
        "<meta name=\"generator\" content=\"csb {}\">\n<title>{}</title>\n<style>",
        kStyleHash, kScriptHash, version(), title));
    sink_(page_style());
    sink_(
        "</style>\n</head>\n<body>\n"
        "<div class=\"bar\" id=\"bar\" hidden><input id=\"find\" type=\"search\" placeholder=\"Search ( / "
        ")\" "
        "aria-label=\"Search\"><output id=\"count\"></output><span class=\"gap\"></span>"
        "<button id=\"open\">Unfold all</button><button id=\"tools\" aria-pressed=\"false\">Hide "
        "tools</button>"
        "<button id=\"thinking\" aria-pressed=\"false\">Hide thinking</button><button "
        "id=\"theme\">Dark</button></div>\n");
    sink_(fmt::format("<header class=\"top\"><h1>{}</h1><dl>", title));
    for (const auto& [name, value] : head_facts(head))
      sink_(fmt::format("<dt>{}</dt><dd>{}</dd>", html_escape(name), html_escape(value)));
    sink_("</dl></header>\n<main>\n");
  }

  void begin_conversation(const app::Subagent* agent) override {
    speaker_ = Speaker::nobody;
    model_.clear();
    is_subagent_ = agent != nullptr;
    if (is_subagent_)
      sink_(
          fmt::format("<details class=\"agent\" id=\"agent-{0}\"><summary><b>Subagent {0}</b></summary>"
                      "<div class=\"inside\">\n",
                      html_escape(agent->agent_id)));
  }

  void end_conversation() override {
    if (speaker_ != Speaker::nobody) sink_("</section>\n");
    if (is_subagent_) sink_(kFoldEnd);
  }

  void entry(const Entry& entry) override {
    if (entry.kind == Kind::compaction) return separator("The conversation was compacted here");
    if (entry.kind == Kind::rewind) return separator(rewind_text(entry));
    turn(entry);
    switch (entry.kind) {
      case Kind::prompt:
        return entry.text.size() > kMostMarkdown ? verbatim(sink_, entry.text) : sink_(typed(entry.text));
      case Kind::answer:
        said(entry.text);
        return sink_("\n");
      case Kind::thinking:
        return fold("thinking", "Thinking", entry.text);
      case Kind::summary:
        return fold("summary", "Summary of what was compacted", entry.text);
      case Kind::tool:
        return tool(entry);
      case Kind::command:
        return sink_("<code>" + html_escape(entry.text) + "</code>\n");
      case Kind::media:
        return notice(entry.text.empty() ? "(an image)" : "(" + entry.text + ")");
      case Kind::client:
        sink_(fold_begin("tool", entry.tool.empty() ? "From the client" : entry.tool, "",
                         measure("", entry.text)));
        pre(sink_, entry.text);
        return sink_(kFoldEnd);
      case Kind::notice:
        return notice(entry.text);
      case Kind::compaction:
      case Kind::rewind:
        return;
    }
  }

  void end(const app::ReadingSummary& summary) override {
    sink_("</main>\n");
    if (!prompts_.empty()) sink_("<nav><h2>Prompts</h2><ol>\n");
    for (const PromptLink& prompt : prompts_)
      sink_(fmt::format("<li><a href=\"#t{}\"><time>{}</time>{}</a></li>\n", prompt.anchor,
                        prompt.time_ns == 0 ? std::string() : format_local(prompt.time_ns),
                        html_escape(prompt.text)));
    if (!prompts_.empty()) sink_("</ol></nav>\n");
    sink_("<footer class=\"end\">");
    for (const std::string& remark : closing_remarks(summary, is_redacted_))
      sink_("<p>" + html_escape(remark) + "</p>");
    sink_(fmt::format("<p>Exported by csb {} on {}.</p></footer>\n<script>", version(),
                      format_local(exported_ns_)));
    sink_(page_script());
    sink_("</script>\n</body>\n</html>\n");
  }

 private:
  void turn(const Entry& entry) {
    const Speaker speaker = speaker_of(entry);
    if (speaker == speaker_ && entry.kind != Kind::prompt) return;
    if (speaker_ != Speaker::nobody) sink_("</section>\n");
    speaker_ = speaker;
    const std::uint64_t anchor = ++turns_;
    if (entry.kind == Kind::prompt && !is_subagent_)
      prompts_.push_back({anchor, entry.time_ns,
                          cut_to_columns(printable(entry.text.substr(0, 4 * kLinkColumns)), kLinkColumns)});
    std::string header = fmt::format("<section class=\"turn {}\" id=\"t{}\"><header><b>{}</b>",
                                     class_of(speaker), anchor, name_of(speaker, is_subagent_));
    if (entry.time_ns != 0)
      header += fmt::format("<a href=\"#t{}\">{}</a>", anchor, format_local(entry.time_ns));
    if (speaker == Speaker::model && !entry.model.empty() && entry.model != model_) {
      header += "<span class=\"model\">" + html_escape(entry.model) + "</span>";
      model_ = entry.model;
    }
    sink_(header + "</header>\n");
  }

  void separator(std::string_view text) {
    if (speaker_ != Speaker::nobody) sink_("</section>\n");
    speaker_ = Speaker::nobody;
    sink_("<div class=\"compaction\">" + html_escape(text) + "</div>\n");
  }

  void notice(std::string_view text) { sink_("<div class=\"notice\">" + html_escape(text) + "</div>\n"); }

  void said(std::string_view text) {
    sink_("<div class=\"said\">");
    if (text.size() > kMostMarkdown)
      verbatim(sink_, text);
    else
      sink_(markdown_to_html(text));
    sink_("</div>");
  }

  void fold(std::string_view kind, std::string_view title, const std::string& text) {
    sink_(fold_begin(kind, title, "", measure("", text)));
    said(text);
    sink_(kFoldEnd);
  }

  void tool(const Entry& entry) {
    const std::string size =
        !entry.output ? "no output" : measure(entry.is_error ? "error" : "", *entry.output);
    sink_(fold_begin(entry.is_error ? "tool failed" : "tool", entry.tool.empty() ? "Output" : entry.tool,
                     cut_to_columns(printable(entry.text.substr(0, 4 * kBriefColumns)), kBriefColumns),
                     size));
    for (const auto& [name, value] : input_fields(entry.input)) field(sink_, name, value);
    if (entry.output && !entry.output->empty()) {
      sink_(fmt::format("<span class=\"field\">{}</span>", entry.is_error ? "error" : "output"));
      pre(sink_, *entry.output);
    }
    if (entry.media > 0) notice(fmt::format("({} in the output)", counted(entry.media, "image")));
    sink_(kFoldEnd);
  }

  TextSink sink_;
  std::int64_t exported_ns_;
  std::vector<PromptLink> prompts_;
  std::uint64_t turns_ = 0;
  Speaker speaker_ = Speaker::nobody;
  std::string model_;
  bool is_subagent_ = false, is_redacted_ = false;
};

}  // namespace

std::unique_ptr<app::EntryWriter> html_writer(TextSink sink, std::int64_t exported_ns) {
  return std::make_unique<HtmlWriter>(std::move(sink), exported_ns);
}

}  // namespace csb::cli
