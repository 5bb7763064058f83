#include <fmt/format.h>

#include "chats.hpp"
#include "command_functions.hpp"
#include "csb/app/chats.hpp"
#include "csb/app/chats_import.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/progress.hpp"
#include "csb/cli/version.hpp"
#include "csb/util/error.hpp"
#include "csb/util/interrupt.hpp"

namespace csb::cli {
namespace {

constexpr int kTerminated = 143;

int interrupted_status(int signal) { return signal == 15 ? kTerminated : kInterrupted; }

int status_of(const app::ChatsSyncResult& result, int signal) {
  using Ending = claude_ai::SyncResult::Ending;
  switch (result.sync.ending) {
    case Ending::key:
      return kUnauthorized;
    case Ending::blocked:
    case Ending::rate_limited:
      return kRateLimited;
    case Ending::interrupted:
      return interrupted_status(signal);
    case Ending::unreachable:
      return kFailed;
    case Ending::out_of_time:
    case Ending::gave_up:
    case Ending::complete:
      break;
  }
  const bool stored = !result.stored.tried || result.stored.complete;
  return result.sync.is_incomplete() || !stored ? kIncomplete : kDone;
}

/// What went wrong, and what the person can do about it.
void tell_trouble(Call& call, const app::ChatsSyncResult& result) {
  using Ending = claude_ai::SyncResult::Ending;
  const claude_ai::SyncResult& sync = result.sync;
  for (const claude_ai::NamedChat& chat : sync.failed)
    call.messages.problem({Problem::Severity::not_saved, fmt::format("chat {} '{}'", chat.uuid, chat.name),
                           "was not fetched: " + chat.what, "the next run tries again"});
  call.messages.problems(sync.problems);
  if (result.stored.tried && !result.stored.complete)
    call.messages.problem({Problem::Severity::not_saved, "",
                           "the chats are here, but not in the store: " + result.stored.why,
                           "run 'csb backup'"});
  switch (sync.ending) {
    case Ending::key:
      return call.messages.error(
          sync.why, "sign in to claude.ai again, and give csb the new value of the cookie 'sessionKey'");
    case Ending::blocked:
      return call.messages.error(
          sync.why,
          "try again later, or import the official export (claude.ai, Settings, Privacy, "
          "Export data): csb chats import FILE");
    case Ending::rate_limited:
      return call.messages.error(sync.why, "try again later; a larger --delay asks for less");
    case Ending::unreachable:
      return call.messages.error(sync.why, "check the network; nothing here was changed");
    case Ending::out_of_time:
    case Ending::gave_up:
    case Ending::interrupted:
      return call.messages.error(fmt::format("stopped early: {}", sync.why),
                                 "what was fetched is kept; the next run fetches the rest");
    case Ending::complete:
      return;
  }
}

struct SyncArguments {
  app::ChatsSyncOptions options;
  std::optional<std::uint64_t> concurrency, delay, retries, retry_wait, timeout, deadline;
  bool no_backup = false;
};

bool parse_sync(Call& call, SyncArguments& arguments) {
  app::ChatsSyncOptions& chosen = arguments.options;
  Options options(call);
  options.flag("--enable", chosen.enable, "turn fetching on, now and for later runs (chats.enabled)");
  options.flag("--key-stdin", chosen.key.from_stdin, "read the session key from standard input");
  options.text("--key-file", "FILE", chosen.key.file, "read it from this file, which only you may read");
  options.text("--from-browser", "BROWSER[:PROFILE]", chosen.key.browser,
               "take it from the cookies of firefox, chromium, chrome, brave, edge or vivaldi");
  options.flag("--full", chosen.sync.full, "list everything and fetch everything again");
  options.flag("--files", chosen.sync.files, "uploaded and produced files too");
  options.flag("-n,--dry-run", chosen.sync.dry_run, "say what would be fetched; fetch and write nothing");
  options.number("-c,--concurrency", "N", arguments.concurrency,
                 "transfers at a time (default 3, at most 16)");
  options.number("--delay", "MS", arguments.delay, "between the beginnings of two requests (default 250)");
  options.number("--retries", "N", arguments.retries,
                 "tries after the first, for trouble that may pass (default 5)");
  options.number("--retry-wait", "MS", arguments.retry_wait,
                 "before the second try (default 1000); doubled each time, with jitter");
  options.number("--timeout", "SECONDS", arguments.timeout,
                 "give up a transfer that stands still for so long (default 30)");
  options.number("--deadline", "SECONDS", arguments.deadline, "end the run after so long (default 21600)");
  options.flag("--no-backup", arguments.no_backup, "leave storing what was fetched to the next 'csb backup'");
  if (!options.parse()) return false;
  claude_ai::SyncOptions& sync = chosen.sync;
  const auto bounded = [](const std::optional<std::uint64_t>& given, std::uint64_t fallback,
                          std::uint64_t least, std::uint64_t most) {
    return static_cast<std::int64_t>(std::clamp(given.value_or(fallback), least, most));
  };
  sync.concurrency = static_cast<std::size_t>(bounded(arguments.concurrency, 3, 1, 16));
  sync.delay = std::chrono::milliseconds(bounded(arguments.delay, 250, 0, 3'600'000));
  sync.retries = static_cast<std::size_t>(bounded(arguments.retries, 5, 0, 100));
  sync.retry_wait = std::chrono::milliseconds(bounded(arguments.retry_wait, 1000, 1, 60'000));
  sync.stall = std::chrono::seconds(bounded(arguments.timeout, 30, 1, 3600));
  sync.deadline = std::chrono::seconds(bounded(arguments.deadline, 21600, 1, std::uint64_t{30} * 86400));
  sync.user_agent = fmt::format("csb/{} (archive of one's own chats)", version());
  chosen.store = !arguments.no_backup;
  return true;
}

int run_sync(Call& call) {
  SyncArguments arguments;
  if (!parse_sync(call, arguments)) return kDone;
  Progress progress("Fetching chats", Progress::Unit::objects, !call.global.quiet);
  arguments.options.sync.progress = [&](std::uint64_t done, std::uint64_t total) {
    progress.update(done, total);
  };
  arguments.options.sync.stop = [] { return InterruptGuard::signal() != 0; };
  const InterruptGuard guard;
  const bool dry_run = arguments.options.sync.dry_run;
  const app::ChatsSyncResult result = app::chats_sync(call.settings(), std::move(arguments.options));
  progress.clear();
  if (!result.config_file.empty())
    call.messages.note("fetching chats is turned on (chats.enabled in " + result.config_file + ")");
  if (call.global.json) {
    call.out.write(to_json(result, dry_run));
  } else if (!call.global.quiet) {
    call.out.write(render(result, dry_run, screen_of(call)));
  }
  call.out.flush();
  if (!call.global.json || result.sync.ending != claude_ai::SyncResult::Ending::complete)
    tell_trouble(call, result);
  return status_of(result, InterruptGuard::signal());
}

int run_import(Call& call) {
  app::ChatsImportOptions chosen;
  bool no_backup = false;
  Options options(call);
  options.words("FILE", chosen.import.files, 1,
                "an export as downloaded (.zip), unpacked, a JSON file of it, or a store of claude-backup");
  options.flag("-n,--dry-run", chosen.import.dry_run, "say what would be imported; write nothing");
  options.flag("--no-backup", no_backup, "leave storing what was imported to the next 'csb backup'");
  if (!options.parse()) return kDone;
  chosen.store = !no_backup;
  Progress progress("Importing", Progress::Unit::bytes, !call.global.quiet);
  chosen.import.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  chosen.import.stop = [] { return InterruptGuard::signal() != 0; };
  const InterruptGuard guard;
  const app::ChatsImportResult result = app::chats_import(call.settings(), chosen);
  progress.clear();
  if (call.global.json) {
    call.out.write(to_json(result, chosen.import.dry_run));
  } else if (!call.global.quiet) {
    call.out.write(render(result, chosen.import.dry_run, screen_of(call)));
  }
  call.out.flush();
  if (!call.global.json) call.messages.problems(result.import.problems);
  if (result.stored.tried && !result.stored.complete)
    call.messages.problem({Problem::Severity::not_saved, "",
                           "the chats are here, but not in the store: " + result.stored.why,
                           "run 'csb backup'"});
  const claude_ai::ImportResult& imported = result.import;
  if (imported.interrupted) return interrupted_status(InterruptGuard::signal());
  const bool stored = !result.stored.tried || result.stored.complete;
  if (imported.is_incomplete() && imported.chats == 0 && imported.other == 0) return kFailed;
  return imported.is_incomplete() || !stored ? kIncomplete : kDone;
}

}  // namespace

Command chats_sync_command() {
  return {
      "chats sync",
      "fetch claude.ai chats (off until you turn it on)",
      Command::Group::save,
      run_sync,
      "[OPTION]...",
      "Fetches the chats of every organization of your claude.ai account that are new or changed, with all "
      "their "
      "branches, projects and memory, into csb's home, and stores them. Nothing that is here is ever "
      "deleted.\n"
      "This reads the service as your browser does, with its session key. The service's terms may not allow "
      "programs to do that; so it is off until you turn it on with --enable. The official export needs no "
      "such "
      "thing: see 'csb help chats import'.\n"
      "The key is the value of claude.ai's cookie 'sessionKey'. The first of these that is set counts: "
      "--key-stdin, --from-browser, CLAUDE_SESSION_KEY, --key-file or chats.keyFile, chats.keyCommand.",
      {{"csb chats sync --enable --from-browser firefox", "the first time"},
       {"csb chats sync", "with the key that the configuration names"},
       {"csb chats sync --dry-run", "list what is new"},
       {"pass show claude.ai | csb chats sync --key-stdin --files", "uploaded and produced files too"}},
      {kIncomplete, kUnauthorized, kRateLimited, kBusy, kRefused, kInterrupted}};
}

Command chats_import_command() {
  return {
      "chats import",
      "import claude.ai's official export",
      Command::Group::save,
      run_import,
      "[OPTION]... FILE...",
      "Reads the export that claude.ai gives you (Settings, Privacy, Export data), zipped or not, in every "
      "form it "
      "has had; several parts at once; also the store of claude-backup. Chats are merged one by one: what is "
      "here is never replaced by something older or poorer, and importing twice changes nothing.",
      {{"csb chats import data-2026-09-01-*.zip", "all parts of an export"},
       {"csb chats import --dry-run conversations.json", "say what is new in it"}},
      {kIncomplete, kBusy, kRefused, kInterrupted}};
}

}  // namespace csb::cli
