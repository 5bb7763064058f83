#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <sstream>

#include "csb/archive/store.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

/// The directory that holds objects and refs, told from the file system alone; empty when it cannot be.
std::string plain_git_dir(const std::string& path) {
  for (const std::string& candidate : {path, path + "/.git"})
    if (fs::is_directory(candidate + "/objects") && fs::exists(candidate + "/HEAD")) return candidate;
  return {};
}

bool looks_like_repository(const std::string& path) {
  return !plain_git_dir(path).empty() || fs::exists(path + "/.git");
}

/// What safe.directory must name: the work tree where there is one, else the repository itself.
std::string directory_to_trust(std::string path) {
  constexpr std::string_view kDotGit = "/.git";
  if (path.ends_with(kDotGit)) path.resize(path.size() - kDotGit.size());
  const std::string physical = fs::real_path(path);
  return physical.empty() ? path : physical;
}

/// libgit2 1.5 reports a repository of another user as "not found" when no safe.directory is configured at
/// all, and as GIT_EOWNER otherwise; it knows no sha256 and no reftable.
Error open_error(const std::string& path, int code, const std::string& message) {
  const std::string what = "cannot use the repository '" + path + "': ";
  const auto mentions = [&message](const char* word) { return message.find(word) != std::string::npos; };
  if (code == GIT_EOWNER || (code == GIT_ENOTFOUND && mentions("safe.directory")))
    return {ErrorCode::refused, what + "it belongs to another user",
            "if you trust it: git config --global --add safe.directory '" + directory_to_trust(path) + "'"};
  if (mentions("objectformat"))
    return {ErrorCode::refused, what + "its object format is not SHA-1",
            "use a store of csb's own: leave out --store"};
  if (mentions("refstorage"))
    return {ErrorCode::refused, what + "it keeps its refs as a reftable",
            "run `git refs migrate --ref-format=files` there, or use a store of csb's own"};
  if (code == GIT_ENOTFOUND && !looks_like_repository(path))
    return {ErrorCode::not_found, "there is no git repository at '" + path + "'",
            "run `csb backup` without --store for a store of csb's own, or `git init` there first"};
  return {ErrorCode::refused, what + message, "use a store of csb's own: leave out --store"};
}

std::optional<Oid> read_ref_file(const std::string& path) {
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY);
  if (!fd) return std::nullopt;
  std::array<std::byte, 64> buffer{};
  const ssize_t n = pread_full(fd.get(), buffer, 0);
  if (n < 40) return std::nullopt;
  return Oid::parse(as_text(buffer).substr(0, 40));
}

/// The line "<oid> <ref>" of packed-refs.
std::optional<Oid> find_packed_ref(const std::string& git_dir, const std::string& ref) {
  if (!fs::exists(git_dir + "/packed-refs")) return std::nullopt;
  const std::string text = read_file(git_dir + "/packed-refs");
  const auto at = text.find(" " + ref + "\n");
  if (at == std::string::npos || at < 40) return std::nullopt;
  return Oid::parse(std::string_view(text).substr(at - 40, 40));
}

/// The commits where a shallow clone ends; libgit2 1.5 does not know of them.
std::unordered_set<Oid> read_shallow(const std::string& git_dir) {
  std::unordered_set<Oid> commits;
  if (!fs::exists(git_dir + "/shallow")) return commits;
  std::istringstream lines(read_file(git_dir + "/shallow"));
  for (std::string line; std::getline(lines, line);)
    if (const auto oid = Oid::parse(line)) commits.insert(*oid);
  return commits;
}

/// What must be on disk before a new store may be called one.
void sync_new_repository(const std::string& path) {
  for (const char* name : {"/config", "/HEAD"}) {
    const Fd fd = open_at(AT_FDCWD, path + name, O_RDONLY);
    if (!fd) throw errno_error("cannot open '" + path + name + "'", errno);
    fs::sync_file(fd.get(), path + name);
  }
  for (const char* name : {"", "/objects", "/objects/pack", "/refs", "/refs/heads"})
    fs::sync_directory(path + name);
}

std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

/// The names that lead to a new store: whoever made the directories above it may not have synced them.
void sync_way_to(const std::string& directory) {
  fs::sync_directory(directory);
  try {
    for (std::string above = directory; above.size() > 1 && above != ".";) {
      above = parent_of(above);
      fs::sync_directory(above);
    }
  } catch (const Error&) {  // NOLINT(bugprone-empty-catch): one we may not open is not one we made
  }
}

}  // namespace

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

Store Store::open(const std::string& path) {
  auto state = std::make_unique<State>();
  std::string message;
  const int code = git2::despite_configuration(
      [&] {
        return git2::repository_open_ext(git2::out(state->repository), path.c_str(),
                                         GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
      },
      message);
  if (code < 0) throw open_error(path, code, message);
  state->git_dir = git2::repository_commondir(state->repository.get());
  while (state->git_dir.size() > 1 && state->git_dir.back() == '/') state->git_dir.pop_back();
  state->shallow = read_shallow(state->git_dir);
  git2::check(git2::repository_odb(git2::out(state->odb), state->repository.get()),
              "cannot open the objects of '" + path + "'");
  return Store(std::move(state));
}

/// Made under another name and renamed, so that a killed run never leaves half a store.
Store Store::create(const std::string& path, const std::string& branch) {
  const std::string parent = parent_of(path), unfinished = path + ".new";
  fs::make_directories(parent);
  git_repository_init_options options{};
  options.version = GIT_REPOSITORY_INIT_OPTIONS_VERSION;
  options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_MKDIR | GIT_REPOSITORY_INIT_NO_REINIT;
  options.initial_head = branch.c_str();
  options.description = "Claude Code sessions and claude.ai chats, archived by csb";
  {
    git2::Handle<git_repository> made;
    std::string message;
    const int code = git2::despite_configuration(
        [&] {
          fs::remove_tree(unfinished);  // what the first try has made
          return git2::repository_init_ext(git2::out(made), unfinished.c_str(), &options);
        },
        message);
    if (code < 0) throw Error(ErrorCode::failed, "cannot create the store '" + path + "': " + message);
  }
  if (::chmod(unfinished.c_str(), 0700) != 0) throw errno_error("cannot protect '" + unfinished + "'", errno);
  sync_new_repository(unfinished);
  fs::rename_file(unfinished, path);
  sync_way_to(parent);
  return open(path);
}

std::optional<Oid> Store::peek_tip(const std::string& path, const std::string& branch) {
  const std::string git_dir = plain_git_dir(path);
  if (git_dir.empty()) return std::nullopt;
  if (const auto oid = read_ref_file(git_dir + "/" + branch)) return oid;
  return find_packed_ref(git_dir, branch);
}

const std::string& Store::git_dir() const { return state_->git_dir; }

}  // namespace csb::archive
