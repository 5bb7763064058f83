#include "entry_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "csb/cli/render.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using Kind = app::Entry::Kind;
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Takes an object's members apart as they are parsed: nothing is built, and no depth is too deep.
class FieldTaker : public nlohmann::json_sax<nlohmann::json> {
 public:
  Fields fields;

  bool null() override { return value("null"); }
  bool boolean(bool yes) override { return value(yes ? "true" : "false"); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& written) override { return value(written); }
  bool binary(binary_t&) override { return false; }
  bool string(string_t& text) override {
    return depth_ <= 1 ? value(text) : value("\"" + json_escape(text) + "\"");
  }
  bool start_object(std::size_t) override { return open('{'); }
  bool start_array(std::size_t) override { return open('['); }
  bool end_object() override { return close('}'); }
  bool end_array() override { return close(']'); }
  bool key(string_t& name) override {
    if (depth_ == 1) {
      fields.emplace_back(name, std::string());
    } else {
      separate();
      fields.back().second += "\"" + json_escape(name) + "\": ";
      after_key_ = true;
    }
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t kDeepest = 24;  // deeper is no longer read by anybody

  bool value(std::string_view text) {
    if (fields.empty()) fields.emplace_back();
    if (depth_ > 1) separate();
    fields.back().second += text;
    return true;
  }
  bool open(char bracket) {
    if (depth_ == 0 && bracket == '{') return ++depth_, true;
    if (fields.empty()) fields.emplace_back();
    if (depth_ > 1) separate();
    fields.back().second += bracket;
    first_ = true;
    return ++depth_ < kDeepest;
  }
  bool close(char bracket) {
    --depth_;
    if (depth_ == 0 && bracket == '}') return true;
    if (!first_) fields.back().second += "\n" + std::string(2 * (depth_ - 1), ' ');
    first_ = false;
    fields.back().second += bracket;
    return true;
  }
  /// What stands before a value or a key inside of brackets.
  void separate() {
    if (std::exchange(after_key_, false)) return;
    if (!std::exchange(first_, false)) fields.back().second += ",";
    fields.back().second += "\n" + std::string(2 * (depth_ - 1), ' ');
  }

  std::size_t depth_ = 0;
  bool first_ = true;
  bool after_key_ = false;
};

std::size_t lines_of(std::string_view text) {
  if (text.empty()) return 0;
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + (text.back() == '\n' ? 0 : 1);
}

}  // namespace

Speaker speaker_of(const app::Entry& entry) {
  switch (entry.kind) {
    case Kind::prompt:
    case Kind::command:
    case Kind::media:
      return Speaker::person;
    case Kind::answer:
    case Kind::thinking:
    case Kind::tool:
      return Speaker::model;
    case Kind::client:
    case Kind::notice:
    case Kind::compaction:
    case Kind::rewind:
    case Kind::summary:
      return Speaker::client;
  }
  return Speaker::client;
}

std::string_view name_of(Speaker speaker, bool is_subagent) {
  if (speaker == Speaker::person) return is_subagent ? "Orders" : "You";
  if (speaker == Speaker::model) return is_subagent ? "Subagent" : "Claude";
  return "Client";
}

std::string measure(std::string_view what, std::string_view text) {
  const std::size_t lines = lines_of(text);
  const std::string size = lines <= 1 ? format_bytes(text.size()) : grouped(lines) + " lines";
  return what.empty() ? size : fmt::format("{}, {}", what, size);
}

Fields head_facts(const app::ReadingHead& head) {
  const catalogue::Session& session = head.session;
  Fields facts{{"Session", session.id.text()}};
  const auto add = [&](const char* name, std::string value) {
    if (!value.empty()) facts.emplace_back(name, std::move(value));
  };
  add("Folder", with_tilde(session.cwd.empty() ? session.start_cwd : session.cwd));
  add("Branch", session.git_branch);
  if (session.started_ns != 0)
    add("Time", format_local(session.started_ns) + " to " + format_local(session.active_ns));
  add("Model", session.model);
  add("Size", fmt::format("{}, {}, {}", counted(session.prompts, "prompt"),
                          counted(session.messages, "message"), counted(session.tool_calls, "tool call")));
  add("Read from", head.is_live
                       ? std::string("the transcript on disk")
                       : fmt::format("version {}, stored {}", head.version, format_local(head.stored_ns)));
  return facts;
}

std::vector<std::string> closing_remarks(const app::ReadingSummary& summary, bool is_redacted) {
  std::vector<std::string> remarks;
  if (summary.bad_rows > 0)
    remarks.push_back(counted(summary.bad_rows, "row") + " of the transcript could not be read.");
  for (const std::string& what : summary.unreadable) remarks.push_back("Not readable: " + what);
  if (is_redacted) {
    std::vector<std::string> parts;
    for (const auto& [kind, count] : summary.redacted)
      parts.push_back(fmt::format("{} {}", grouped(count), kind));
    remarks.push_back("Redacted: " + (parts.empty() ? std::string("nothing was found") : joined(parts)) +
                      ". Redaction is best effort: read it before you pass it on.");
  }
  return remarks;
}

std::string rewind_text(const app::Entry& entry) {
  constexpr std::size_t kColumns = 80;
  std::string text = "The conversation was taken back here: what stands above";
  const std::string prompt = cut_to_columns(printable(entry.text.substr(0, 4 * kColumns)), kColumns);
  if (!prompt.empty()) text += " from “" + prompt + "”";
  return text + " on was left";
}

Fields input_fields(std::string_view json) {
  FieldTaker taker;
  if (json.empty()) return {};
  if (nlohmann::json::sax_parse(json, &taker)) return std::move(taker.fields);
  return {{std::string(), std::string(json)}};
}

std::string_view language_of(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 22> kLanguages{{
      {".c", "c"},         {".h", "cpp"},     {".cpp", "cpp"},   {".hpp", "cpp"},   {".cc", "cpp"},
      {".py", "python"},   {".js", "js"},     {".ts", "ts"},     {".tsx", "tsx"},   {".jsx", "jsx"},
      {".rs", "rust"},     {".go", "go"},     {".java", "java"}, {".rb", "ruby"},   {".sh", "sh"},
      {".md", "markdown"}, {".json", "json"}, {".yml", "yaml"},  {".yaml", "yaml"}, {".html", "html"},
      {".css", "css"},     {".sql", "sql"},
  }};
  for (const auto& [ending, language] : kLanguages)
    if (path.ends_with(ending)) return language;
  return {};
}

}  // namespace csb::cli
