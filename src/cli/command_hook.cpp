#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <functional>
#include <initializer_list>

#include "command_functions.hpp"
#include "csb/app/hook.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/source/claude_code/hook_input.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/process.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kInputLimit = std::size_t{1} << 20;
constexpr milliseconds kInputDeadline{2'000};
/// The client waits for a PreCompact hook for as long as its settings say (60 s in csb's own); a person who
/// waits for a session to start, not that long.
constexpr milliseconds kCompactionDeadline{45'000};
constexpr milliseconds kDeadline{5'000};

/// Whether what came so far is all there will be: an input left open says so by nothing but silence.
bool is_complete(const std::string& text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return last != std::string::npos && text[last] == '}' && claude_code::is_whole_hook_input(text);
}

/// What the client writes, at most so much, and no later than the deadline. A terminal is not asked.
std::string read_input(int fd) {
  std::string text;
  if (::isatty(fd) == 1) return text;
  const auto deadline = Clock::now() + kInputDeadline;
  std::array<char, 65'536> buffer{};
  while (text.size() < kInputLimit && Clock::now() < deadline) {
    pollfd wanted{fd, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, 100);
    if (ready < 0 && errno != EINTR) break;
    if (ready == 0 && is_complete(text)) break;
    if (ready <= 0) continue;
    const ssize_t n = ::read(fd, buffer.data(), std::min(buffer.size(), kInputLimit - text.size()));
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(n));
  }
  return text;
}

void point_to_null(std::initializer_list<int> descriptors) {
  const Fd null = open_at(AT_FDCWD, "/dev/null", O_RDWR);
  if (!null) return;
  for (const int fd : descriptors) ::dup2(null.get(), fd);
}

/// From here on nothing is said, whatever happens: what a hook prints goes into the conversation.
/// @return the standard output there was
Fd silence() {
  Fd out(::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  point_to_null({STDOUT_FILENO, STDERR_FILENO});
  return out;
}

/// The one thing a hook of csb's ever prints: what the client shows to the person.
void show(const Fd& out, const std::string& message) {
  if (message.empty() || !out) return;
  write_all(out.get(), as_bytes("{\"systemMessage\":\"" + json_escape(message) + "\"}\n"), "standard output");
}

/// A client that exits sends SIGTERM to the hooks that still run, and waits up to 1.5 s until it sees none of
/// their processes. One that is killed leaves its child to the init process, which in a container may never
/// look; one that goes on is done in a few milliseconds.
void see_it_through() { std::signal(SIGTERM, SIG_IGN); }

/// What is not waited for is left to a child, and this process is gone: the sooner, the less a client that
/// exits has to wait for. Nothing of the client's is open by now, so it does not notice the child.
void hand_over(const std::function<std::string()>& work) {
  try {
    leave_to_child([&] { (void)work(); });
  } catch (const Error&) {
    (void)work();  // no process to be had: better late than never
    return;
  }
  ::_exit(kDone);
}

/// A crash or a hang of the child is no concern of this process.
std::string wait_for(app::HookEvent event, Fd& out, const std::function<std::string()>& work) {
  const bool is_compaction = event == app::HookEvent::pre_compact;
  try {
    return run_in_child(is_compaction ? kCompactionDeadline : kDeadline, [&] {
      out.reset();  // the client waits until nobody holds it
      return work();
    });
  } catch (const Error&) {
    return work();
  }
}

void respond(Call& call, const std::string& event_name, std::int64_t called_ns) {
  Fd out = silence();
  const auto event = app::parse_hook_event(event_name);
  if (!event) return;
  const bool hands_over = app::only_hands_over(*event);
  if (hands_over) {
    see_it_through();
    out.reset();
  }
  const std::string input = read_input(STDIN_FILENO);
  point_to_null({STDIN_FILENO});  // whoever has more to write is not kept waiting
  const auto work = [&] { return app::hook(call.settings(), {*event, input, called_ns}).message; };
  if (hands_over) return hand_over(work);
  const std::string message = wait_for(*event, out, work);
  if (*event == app::HookEvent::session_start) show(out, message);
}

int run_hook(Call& call) {
  const std::int64_t called_ns = now_ns();
  try {
    std::string event;
    Options options(call);
    options.word("EVENT", event, "SessionStart, PreCompact, Stop, SubagentStop or SessionEnd");
    if (options.parse()) respond(call, event, called_ns);
  } catch (...) {  // NOLINT(bugprone-empty-catch): an exit status of 2 would forbid a compaction
  }
  return kDone;
}

}  // namespace

Command hook_command() {
  return {"hook",
          "what Claude Code calls by itself",
          Command::Group::save,
          run_hook,
          "EVENT",
          "For the hooks of Claude Code, which write JSON to its standard input ('csb setup' and the plugin "
          "install them). PreCompact archives the session before it returns; the other events hand the work "
          "over to a process of its own and return at once. Says nothing and succeeds whatever happens, so "
          "that it never disturbs the client; whether all is well, 'csb status' and 'csb doctor' tell.",
          {{"csb hook PreCompact < event.json", "what the client does before it compacts a conversation"},
           {"csb hook SessionEnd < /dev/null", "as at the end of a session: archive everything"}},
          {}};
}

}  // namespace csb::cli
