#include "csb/app/reading.hpp"

#include <cstdlib>
#include <deque>
#include <utility>

#include "csb/util/error.hpp"
#include "entries.hpp"
#include "rewinds.hpp"

namespace csb::app {
namespace {

using Kind = Entry::Kind;

bool is_wanted(const Entry& entry, const ReadingOptions& options) {
  switch (entry.kind) {
    case Kind::thinking:
      return options.thinking && options.conversation;
    case Kind::tool:
    case Kind::client:
      return options.tools;
    default:
      return options.conversation;
  }
}

bool is_within(std::int64_t time_ns, const ReadingOptions& options) {
  return (!options.since_ns || time_ns >= *options.since_ns) &&
         (!options.until_ns || time_ns < *options.until_ns);
}

std::string home_to_hide(const ReadingOptions& options) {
  const char* home = std::getenv("HOME");
  return options.redact_paths && home != nullptr ? home : "";
}

/// One reading of one session.
class SessionReading {
 public:
  SessionReading(const ReadingOptions& options, EntryWriter& writer)
      : options_(options), writer_(writer), redactor_(home_to_hide(options)) {}

  ReadingSummary run(const Settings& settings, const catalogue::Catalogue& catalogue,
                     const catalogue::Session& session) {
    const Conversation main = Conversation::open(settings, catalogue, session, options_.which);
    writer_.begin(head_of(main, session));
    const std::uint64_t start = options_.last ? start_of_last(main) : 0;
    begin(nullptr);
    read(main, nullptr, start);
    writer_.end_conversation();
    if (options_.subagents) read_subagents(settings, catalogue, session, main);
    summary_.redacted = redactor_.counts();
    writer_.end(summary_);
    return summary_;
  }

 private:
  void redact(std::string& text) {
    if (options_.redact || options_.redact_paths) text = redactor_(text);
  }

  ReadingHead head_of(const Conversation& main, const catalogue::Session& session) {
    ReadingHead head(session);
    head.is_live = !main.version();
    head.version = main.version_number();
    head.stored_ns = main.version() ? main.version()->commit_ns : 0;
    head.path = main.path();
    head.is_redacted = options_.redact || options_.redact_paths;
    for (std::string* text : {&head.session.title, &head.session.first_prompt, &head.session.cwd,
                              &head.session.start_cwd, &head.session.git_branch, &head.session.root_path,
                              &head.session.path, &head.session.moved_from, &head.path})
      redact(*text);
    return head;
  }

  /// Where the last so many prompts begin, and from when on their time is.
  std::uint64_t start_of_last(const Conversation& main) {
    std::deque<std::pair<std::uint64_t, std::int64_t>> prompts;
    std::int64_t time_ns = 0;
    main.read([&](const Message& message, const MessagePlace& place) {
      if (message.time_ns != 0) time_ns = message.time_ns;
      if (message.role != Message::Role::human || !is_within(time_ns, options_)) return true;
      prompts.emplace_back(place.offset, time_ns);
      if (prompts.size() > *options_.last) prompts.pop_front();
      return true;
    });
    if (prompts.empty()) {
      nothing_ = true;
      return 0;
    }
    first_ns_ = prompts.front().second;
    return prompts.front().first;
  }

  void read(const Conversation& conversation, const Subagent* agent, std::uint64_t start) {
    EntryAssembler assembler([&](Entry& entry) { take(entry, agent); });
    Rewinds rewinds;
    const auto add = [&](Message& message, const MessagePlace& place) {
      if (auto rewind = rewinds.before(message, place)) {
        assembler.finish();
        rewind->time_ns = message.time_ns;
        take(*rewind, agent);
      }
      assembler.add(message, place);
      return true;
    };
    if (!nothing_) summary_.bad_rows += conversation.read(add, start).bad_rows;
    assembler.finish();
  }

  void take(Entry& entry, const Subagent* agent) {
    if (!is_wanted(entry, options_) || !is_within(entry.time_ns, options_)) return;
    if (agent != nullptr && entry.time_ns < first_ns_) return;
    redact(entry.text);
    redact(entry.input);
    if (entry.output) redact(*entry.output);
    ++summary_.entries;
    if (agent == nullptr && entry.kind == Kind::prompt) ++summary_.prompts;
    try {
      writer_.entry(entry);
    } catch (...) {
      writer_failed_ = true;
      throw;
    }
  }

  void read_subagents(const Settings& settings, const catalogue::Catalogue& catalogue,
                      const catalogue::Session& session, const Conversation& main) {
    ConversationRequest request;
    request.stored_only = options_.which.stored_only;
    if (main.version() && (options_.which.version || options_.which.at_ns))
      request.at_ns = main.version()->commit_ns;
    for (const Subagent& agent : subagents_of(catalogue, session)) {
      request.path = agent.path;
      bool begun = false;
      try {
        const Conversation conversation = Conversation::open(settings, catalogue, session, request);
        begin(&agent);
        begun = true;
        ++summary_.subagents;
        read(conversation, &agent, 0);
      } catch (const Error& error) {
        if (writer_failed_) throw;
        // One that is not there did not exist yet at that time.
        if (error.code() != ErrorCode::not_found)
          summary_.unreadable.push_back(agent.path + ": " + error.what());
      }
      if (begun) writer_.end_conversation();
    }
  }

  void begin(const Subagent* agent) {
    writer_failed_ = true;
    writer_.begin_conversation(agent);
    writer_failed_ = false;
  }

  const ReadingOptions& options_;
  EntryWriter& writer_;
  Redactor redactor_;
  ReadingSummary summary_;
  std::int64_t first_ns_ = INT64_MIN;  ///< of what the last prompts began
  bool writer_failed_ = false;
  bool nothing_ = false;  ///< there is none of the prompts that were asked for
};

}  // namespace

ReadingSummary read_session(const Settings& settings, const catalogue::Catalogue& catalogue,
                            const catalogue::Session& session, const ReadingOptions& options,
                            EntryWriter& writer) {
  return SessionReading(options, writer).run(settings, catalogue, session);
}

}  // namespace csb::app
