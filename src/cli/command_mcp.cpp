#include <unistd.h>

#include <array>
#include <cerrno>

#include "command_functions.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"
#include "mcp_server.hpp"

namespace csb::cli {
namespace {

int run_mcp(Call& call) {
  Options options(call);
  if (!options.parse()) return kDone;

  mcp::Server server(call.settings(), [&](std::string_view line) {
    call.out.write(line);
    call.out.flush();
  });
  mcp::LineSplitter lines(mcp::kLineLimit);
  std::array<char, 65'536> buffer{};
  while (!server.is_broken()) {
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
