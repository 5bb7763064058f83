#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "csb/source/claude_ai/secret.hpp"

namespace csb::claude_ai {

/// Where the session key may come from; the first that is set counts, in this order.
struct KeySources {
  bool from_stdin = false;
  bool from_environment = true;  ///< CLAUDE_SESSION_KEY
  std::string browser;           ///< "firefox", "chromium:Profile 1"; only when asked for
  std::string file;
  std::vector<std::string> command;  ///< run without a shell; what it prints first is the key
};

/// Reads the session key. The environment variable is erased from this process's memory in any case, and a
/// core dump of it is forbidden.
/// @throws Error{unauthorized} when there is no key, or what is there is none; the key is never in the text
[[nodiscard]] Secret read_key(KeySources sources);

/// `text` as people copy it (spaces around it, "sessionKey=" before it) as a key.
/// @param origin for the error. @throws Error{unauthorized}
[[nodiscard]] Secret checked_key(std::string text, const std::string& origin);

/// A command line split into words as a shell does, with quotes and backslashes, and nothing else of a shell.
/// @throws Error{usage}
[[nodiscard]] std::vector<std::string> split_command(std::string_view text);

}  // namespace csb::claude_ai
