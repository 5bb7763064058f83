#include "setup_history.hpp"

#include <algorithm>
#include <cstdlib>

#include "csb/app/open_catalogue.hpp"
#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "tracked_secrets.hpp"

// The system's; <unistd.h> has it on some systems only.
// NOLINTNEXTLINE(readability-redundant-declaration, cppcoreguidelines-avoid-non-const-global-variables)
extern char** environ;

namespace csb::app {
namespace {

constexpr std::string_view kHeads = "refs/heads/";

/// Where the branches of a repository go in the store.
std::string namespace_of(const std::string& repository) {
  return "refs/remotes/imported-" + ref_component(base_name(repository)) + "/";
}

bool is_imported(const archive::Store& store, const archive::Branch& branch, const std::string& into) {
  return store.tip(into + branch.ref.substr(kHeads.size())) == branch.tip;
}

std::vector<archive::Branch> foreign_branches(const archive::Store& repository) {
  std::vector<archive::Branch> branches = repository.branches();
  std::erase_if(branches, [](const archive::Branch& branch) {
    return branch.by_csb || !branch.ref.starts_with(kHeads);
  });
  return branches;
}

/// The environment without what would point git at another repository.
std::vector<std::pair<std::string, std::string>> plain_environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string line = *at;
    const auto equals = line.find('=');
    if (equals == std::string::npos || line.starts_with("GIT_")) continue;
    variables.emplace_back(line.substr(0, equals), line.substr(equals + 1));
  }
  return variables;
}

}  // namespace

std::optional<FoundHistory> find_history(const Settings& settings, const std::string& claude_dir) {
  if (!fs::exists(claude_dir + "/.git")) return std::nullopt;
  FoundHistory history{.path = claude_dir, .trouble = {}};
  try {
    const archive::Store repository = archive::Store::open(claude_dir);
    const auto branches = foreign_branches(repository);
    history.branches = branches.size();
    history.secrets = find_tracked_secrets(repository).found.size();
    if (!fs::is_directory(settings.store)) return history;
    const archive::Store store = archive::Store::open(settings.store);
    history.is_store = fs::real_path(store.git_dir()) == fs::real_path(repository.git_dir());
    history.imported = std::all_of(branches.begin(), branches.end(), [&](const archive::Branch& branch) {
      return is_imported(store, branch, namespace_of(claude_dir));
    });
  } catch (const Error& error) {
    history.trouble = error.what();
  }
  return history;
}

void import_history(const Settings& settings, const FoundHistory& history) {
  if (locate_program("git").empty())
    throw Error(ErrorCode::failed, "git is not installed, and does the fetching",
                "install git, then run this again");
  const archive::Store store = archive::Store::open(settings.store);
  const std::string refs = std::string("+") + std::string(kHeads) + "*:" + namespace_of(history.path) + "*";
  ProgramOptions options{.timeout = std::chrono::hours(6)};
  options.environment = plain_environment();
  // One pack instead of loose objects, no housekeeping by itself, nobody's hooks.
  const ProgramResult done =
      run_program({"git", "--git-dir=" + store.git_dir(), "-c", "fetch.unpackLimit=1", "-c", "gc.auto=0",
                   "-c", "maintenance.auto=false", "-c", "core.hooksPath=/dev/null", "fetch", "--quiet",
                   "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", history.path, refs},
                  options);
  if (!done.ok())
    throw Error(ErrorCode::failed, "git cannot fetch '" + history.path + "': " + done.complaint());
  const archive::Store anew = archive::Store::open(settings.store);
  static_cast<void>(open_catalogue_up_to_date(settings, anew, [](const std::string&) {}));
}

}  // namespace csb::app
