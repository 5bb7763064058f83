#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>

#include "command_functions.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"
#include "mcp_client.hpp"
#include "mcp_server.hpp"

namespace csb::cli {
namespace {

/// Nothing asked for so long: no model has thought about an answer in less, so that no call crosses the end.
constexpr std::chrono::milliseconds kIdle{100};

/// Waits for something to read.
/// @return false when there was nothing to do for kIdle
bool wait_for_request(const mcp::Server& server, const mcp::LineSplitter& lines) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  for (;;) {
    const int n = ::poll(&input, 1, static_cast<int>(kIdle.count()));
    if (n < 0 && errno != EINTR) throw errno_error("cannot wait for standard input", errno);
    if (n > 0) return true;
    if (n == 0 && server.is_idle() && lines.is_between_lines()) return false;
  }
}

int run_mcp(Call& call) {
  Options options(call);
  if (!options.parse()) return kDone;

  mcp::Server server(call.settings(), [&](std::string_view line) {
    call.out.write(line);
    call.out.flush();
  });
  mcp::LineSplitter lines(mcp::kLineLimit);
  std::array<char, 65'536> buffer{};
  const bool ends_idle = mcp::client_starts_server_again();
  while (!server.is_broken()) {
    if (ends_idle && !wait_for_request(server, lines)) break;
    const ssize_t n = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw errno_error("cannot read from standard input", errno);
    if (n == 0) break;
    lines.feed({buffer.data(), static_cast<std::size_t>(n)});
    while (const auto line = lines.next()) server.receive(*line);
  }
  if (const auto line = lines.rest()) server.receive(*line);
  server.finish();
  return kDone;
}

}  // namespace

Command mcp_command() {
  return {
      "mcp",
      "let Claude look into the archive",
      Command::Group::find,
      run_mcp,
      "",
      "Serves the Model Context Protocol on standard input and output, for Claude Code (whose plugin starts "
      "it by itself) and any other client ('claude mcp add csb -- csb mcp'). Its tools only read: search, "
      "list, show "
      "and read, over all sessions, "
      "deleted ones included. Answers are of bounded size.",
      {{"csb mcp < requests.jsonl", "answers one JSON-RPC message a line"},
       {"csb mcp --store /mnt/backup/store.git", "over another archive"}},
      {}};
}

}  // namespace csb::cli
