#include "csb/source/claude_code/config_dir.hpp"

#include <cstdlib>

#include "csb/util/account.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_code {
namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::string home_directory() {
  std::string home = environment("HOME");
  return home.empty() ? account_home() : home;
}

}  // namespace

std::string find_config_dir(const std::string& flag) {
  std::string wanted = flag;
  std::string hint = "name the directory that Claude Code keeps its data in";
  if (wanted.empty()) {
    wanted = environment("CLAUDE_CONFIG_DIR");
    hint = "CLAUDE_CONFIG_DIR names it: set it to the directory that Claude Code keeps its data in";
  }
  if (wanted.empty()) {
    wanted = home_directory() + "/.claude";
    hint = "run Claude Code once, or name its directory with --claude-dir or CLAUDE_CONFIG_DIR";
  }
  std::string physical = fs::real_path(wanted);
  if (physical.empty()) throw Error(ErrorCode::not_found, "there is no directory '" + wanted + "'", hint);
  if (!fs::is_directory(physical))
    throw Error(ErrorCode::not_found, "'" + wanted + "' is no directory", hint);
  return physical;
}

}  // namespace csb::claude_code
