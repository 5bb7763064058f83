#include "reading_options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/exit_status.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"
#include "file_output.hpp"

namespace csb::cli {
namespace {

std::unique_ptr<app::EntryWriter> writer_for(WrittenAs format, TextSink sink) {
  switch (format) {
    case WrittenAs::markdown:
      return markdown_writer(std::move(sink));
    case WrittenAs::html:
      return html_writer(std::move(sink), now_ns());
    case WrittenAs::json:
      return json_writer(std::move(sink), now_ns());
  }
  return nullptr;
}

void say(Call& call, const app::ReadingSummary& summary, bool is_redacted, const std::string& path) {
  if (!path.empty())
    call.messages.note(fmt::format("{}: {}, {}", path, counted(summary.prompts, "prompt"),
                                   counted(summary.entries, "entry", "entries")));
  if (summary.entries == 0) call.messages.note("nothing in it is what was asked for");
  if (is_redacted) {
    std::uint64_t count = 0;
    for (const auto& [kind, number] : summary.redacted) count += number;
    call.messages.note(fmt::format("{} redacted; redaction is best effort: read it before you pass it on",
                                   counted(count, "place")));
  }
  for (const std::string& what : summary.unreadable)
    call.messages.problem({Problem::Severity::not_saved, {}, what, "run 'csb verify'"});
}

}  // namespace

void ReadingOptions::declare(Options& options) {
  options.choice("--filter", {"convo", "tools", "both"}, filter_,
                 "only what was said, or only the tool calls (default: both)");
  options.flag("--no-thinking", no_thinking_, "leave out what the model thought");
  options.flag("--no-subagents", no_subagents_, "leave out the subagents' conversations");
  options.text("--since", "TIME", since_, "only what came at or after this time");
  options.text("--until", "TIME", until_, "only what came before this time");
  options.number("--last", "N", last_, "only the last N prompts, and what follows them");
  options.number("--version", "N", version_, "this stored version, by its number in 'csb log'");
  options.text("--at", "TIME", at_, "as it was stored at this time");
  options.flag("--redact", redact_, "replace what looks like a secret (best effort)");
  options.flag("--redact-paths", redact_paths_, "replace your home directory by ~");
}

app::ReadingOptions ReadingOptions::resolve() const {
  app::ReadingOptions resolved;
  resolved.conversation = filter_ != "tools";
  resolved.tools = filter_ != "convo";
  resolved.thinking = !no_thinking_;
  resolved.subagents = !no_subagents_;
  if (!since_.empty()) resolved.since_ns = time_argument("--since", since_);
  if (!until_.empty()) resolved.until_ns = time_argument("--until", until_);
  resolved.last = last_;
  resolved.which.version = version_;
  if (!at_.empty()) resolved.which.at_ns = time_argument("--at", at_);
  if (version_ && !at_.empty())
    throw Error(ErrorCode::usage, "--version and --at exclude each other", "leave one of them out");
  resolved.redact = redact_;
  resolved.redact_paths = redact_paths_;
  return resolved;
}

std::string_view ending_of(WrittenAs format) {
  switch (format) {
    case WrittenAs::markdown:
      return ".md";
    case WrittenAs::html:
      return ".html";
    case WrittenAs::json:
      return ".json";
  }
  return {};
}

std::string file_name_for(const catalogue::Session& session, WrittenAs format) {
  constexpr std::size_t kLongest = 60;
  std::string name;
  for (const char c : ascii_lower(title_of(session))) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      name += c;
    else if (!name.empty() && name.back() != '-')
      name += '-';
    if (name.size() >= kLongest) break;
  }
  if (!name.empty() && name.back() != '-') name += '-';
  return name + std::string(session.id.brief()) + std::string(ending_of(format));
}

int write_session(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const catalogue::Session& session, const app::ReadingOptions& options, WrittenAs format,
                  const std::string& target) {
  app::ReadingSummary summary;
  std::string path;
  if (target.empty()) {
    const auto writer = writer_for(format, [&](std::string_view text) { call.out.write(text); });
    summary = app::read_session(settings, catalogue, session, options, *writer);
    call.out.flush();
  } else {
    path = fs::is_directory(target) ? target + "/" + file_name_for(session, format) : target;
    FileOutput file(path);
    const auto writer = writer_for(format, [&](std::string_view text) { file.write(text); });
    summary = app::read_session(settings, catalogue, session, options, *writer);
    file.commit();
  }
  say(call, summary, options.redact || options.redact_paths, path);
  return summary.unreadable.empty() ? kDone : kIncomplete;
}

}  // namespace csb::cli
