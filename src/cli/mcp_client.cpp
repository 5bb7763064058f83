#include "mcp_client.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

namespace csb::cli::mcp {
namespace {

/// Of the process that started this one; empty where it cannot be known.
std::vector<std::string> arguments_of_parent() {
  std::vector<std::string> arguments;
  try {
    const std::string joined = read_file("/proc/" + std::to_string(::getppid()) + "/cmdline");
    for (std::size_t at = 0; at < joined.size();) {
      const std::size_t end = std::min(joined.find('\0', at), joined.size());
      arguments.push_back(joined.substr(at, end - at));
      at = end + 1;
    }
  } catch (const Error&) {
    return {};  // no Linux, or not for us to see
  }
  return arguments;
}

}  // namespace

bool client_starts_server_again() {
  const char* entry = std::getenv("CLAUDE_CODE_ENTRYPOINT");  // NOLINT(concurrency-mt-unsafe): no thread yet
  if (entry == nullptr || std::string_view(entry) != "sdk-cli") return false;
  // A client at a terminal inherits the word from one without, in whose shell it was started.
  const auto arguments = arguments_of_parent();
  const auto is_print = [](const std::string& argument) { return argument == "-p" || argument == "--print"; };
  return arguments.empty() || std::any_of(arguments.begin(), arguments.end(), is_print);
}

}  // namespace csb::cli::mcp
