#include <fmt/format.h>

#include <utility>
#include <vector>

#include "csb/cli/entry_writers.hpp"
#include "csb/cli/render.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"
#include "entry_words.hpp"
#include "html_text.hpp"
#include "markdown_text.hpp"

namespace csb::cli {
namespace {

using app::Entry;
using Kind = Entry::Kind;

constexpr std::size_t kLineColumns = 160;  // of a tool call

using Fields = std::vector<std::pair<std::string, std::string>>;

bool has_more_than_a_line(const Entry& entry, const Fields& fields) {
  return fields.size() > 1 || (fields.size() == 1 && fields[0].second != entry.text);
}

class MarkdownWriter : public app::EntryWriter {
 public:
  explicit MarkdownWriter(TextSink sink) : sink_(std::move(sink)) {}

  void begin(const app::ReadingHead& head) override {
    is_redacted_ = head.is_redacted;
    sink_("# " + plain_text(title_of(head.session)) + "\n\n");
    for (const auto& [name, value] : head_facts(head))
      sink_(fmt::format("- {}: {}\n", name, code_span(value)));
    sink_("\n");
  }

  void begin_conversation(const app::Subagent* agent) override {
    speaker_ = Speaker::nobody;
    model_.clear();
    is_subagent_ = agent != nullptr;
    if (is_subagent_)
      sink_(fmt::format("# Subagent {}\n\n<details><summary>What subagent {} did</summary>\n\n",
                        plain_text(agent->agent_id), html_escape(printable(agent->agent_id))));
  }

  void end_conversation() override {
    if (is_subagent_) sink_("</details>\n\n");
  }

  void entry(const Entry& entry) override {
    if (entry.kind != Kind::compaction && entry.kind != Kind::rewind) turn(entry);
    switch (entry.kind) {
      case Kind::prompt:
      case Kind::answer:
        said(entry.text);
        return sink_("\n");
      case Kind::thinking:
        return fold_said(measure("thinking", entry.text), entry.text);
      case Kind::tool:
        return tool(entry);
      case Kind::command:
        return sink_(code_span(entry.text) + "\n\n");
      case Kind::media:
        return sink_(fmt::format("*({})*\n\n", plain_text(entry.text.empty() ? "an image" : entry.text)));
      case Kind::client:
        return fold_code(measure(entry.tool.empty() ? "from the client" : entry.tool, entry.text),
                         entry.text);
      case Kind::notice:
        return sink_("*" + plain_text(entry.text) + "*\n\n");
      case Kind::compaction:
        speaker_ = Speaker::nobody;
        return sink_("---\n\n*The conversation was compacted here.*\n\n");
      case Kind::rewind:
        speaker_ = Speaker::nobody;
        return sink_("---\n\n*" + plain_text(rewind_text(entry)) + "*\n\n");
      case Kind::summary:
        return fold_said(measure("summary of what was compacted", entry.text), entry.text);
    }
  }

  void end(const app::ReadingSummary& summary) override {
    const auto remarks = closing_remarks(summary, is_redacted_);
    if (!remarks.empty()) sink_("---\n\n");
    for (const std::string& remark : remarks) sink_("*" + plain_text(remark) + "*\n\n");
  }

 private:
  void fold_begin(std::string_view summary) {
    sink_(fmt::format("<details><summary>{}</summary>\n\n", html_escape(printable(summary))));
  }
  void fold_end() { sink_("\n</details>\n\n"); }
  void fold_said(std::string_view summary, std::string_view text) {
    fold_begin(summary);
    said(text);
    fold_end();
  }
  void fold_code(std::string_view summary, std::string_view text) {
    fold_begin(summary);
    code_block_to(sink_, text, "text");
    fold_end();
  }

  /// What is too long to be looked through for marks is shown as it was written.
  void said(std::string_view text) {
    if (text.size() > kMostMarkdown)
      code_block_to(sink_, text, "text");
    else
      sink_(safe_markdown(text));
  }

  /// Values of one short line in a list, longer ones in blocks of code.
  void write_fields(const Fields& fields) {
    std::string_view path;
    const auto is_short = [](std::string_view value) {
      return value.size() <= kLineColumns && value.find('\n') == std::string_view::npos;
    };
    for (const auto& [name, value] : fields) {
      if (name == "file_path" || name == "path") path = value;
      if (is_short(value)) sink_(fmt::format("- {}: {}\n", plain_text(name), code_span(value)));
    }
    for (const auto& [name, value] : fields) {
      if (is_short(value)) continue;
      sink_(fmt::format("\n{}:\n\n", plain_text(name)));
      code_block_to(sink_, value, language_of(path));
    }
  }

  void turn(const Entry& entry) {
    const Speaker speaker = speaker_of(entry);
    const bool other_model = !entry.model.empty() && entry.model != model_;
    if (speaker == speaker_ && !other_model && entry.kind != Kind::prompt) return;
    std::string line = fmt::format("## {}", name_of(speaker, is_subagent_));
    if (entry.time_ns != 0) line += " · " + format_local(entry.time_ns);
    if (speaker == Speaker::model && other_model) {
      line += " · " + plain_text(entry.model);
      model_ = entry.model;
    }
    speaker_ = speaker;
    sink_(line + "\n\n");
  }

  void tool(const Entry& entry) {
    const std::string brief =
        code_span(cut_to_columns(printable(entry.text.substr(0, 4 * kLineColumns)), kLineColumns));
    if (!entry.tool.empty())
      sink_(fmt::format("**{}**{}{}\n\n", plain_text(entry.tool), brief.empty() ? "" : " ", brief));
    if (const auto fields = input_fields(entry.input); has_more_than_a_line(entry, fields)) {
      fold_begin("input");
      write_fields(fields);
      fold_end();
    }
    if (entry.media > 0) sink_(fmt::format("*({} in the output)*\n\n", counted(entry.media, "image")));
    if (!entry.output) return sink_(entry.tool.empty() ? "" : "*(no output)*\n\n");
    if (!entry.output->empty())
      fold_code(measure(entry.is_error ? "error" : "output", *entry.output), *entry.output);
  }

  TextSink sink_;
  Speaker speaker_ = Speaker::nobody;
  std::string model_;
  bool is_subagent_ = false;
  bool is_redacted_ = false;
};

}  // namespace

std::unique_ptr<app::EntryWriter> markdown_writer(TextSink sink) {
  return std::make_unique<MarkdownWriter>(std::move(sink));
}

}  // namespace csb::cli
