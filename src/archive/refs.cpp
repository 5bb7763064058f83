#include "refs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/restarts.hpp"
#include "store_lock.hpp"

namespace csb::archive {
namespace {

std::optional<Oid> current(const Store::State& state, const std::string& ref) {
  git_oid oid{};
  if (git2::reference_name_to_id(&oid, state.repository.get(), ref.c_str()) < 0) return std::nullopt;
  return from_git(oid);
}

int try_to_move(Store::State& state, const std::string& ref, const std::optional<Oid>& from, const Oid& to) {
  git2::Handle<git_reference> made;
  const git_oid target = to_git(to);
  if (!from)
    return git2::reference_create(git2::out(made), state.repository.get(), ref.c_str(), &target, 0,
                                  "csb backup");
  const git_oid expected = to_git(*from);
  return git2::reference_create_matching(git2::out(made), state.repository.get(), ref.c_str(), &target, 1,
                                         &expected, "csb backup");
}

/// A lock file that nobody holds is removed: one that is the ref itself under a second name, left when
/// libgit2's rename (link and unlink) was cut in two, as git's own locks never are; and one that is older
/// than the running system, left by a power cut that took csb's note of it. @return true when it was removed
bool remove_dead_lock(const Store::State& state, const std::string& ref) {
  const std::string path = state.git_dir + "/" + ref;
  struct stat lock {};
  struct stat file {};
  if (::lstat((path + ".lock").c_str(), &lock) != 0) return false;
  const bool is_ref =
      ::lstat(path.c_str(), &file) == 0 && lock.st_ino == file.st_ino && lock.st_dev == file.st_dev;
  if (!is_ref) {
    const auto starts = restarts();
    if (starts.empty() || starts.front().up_ns > now_ns())
      return false;  // a clock that was set back says nothing
    if (std::int64_t{lock.st_mtime} >= starts.front().up_ns / kNsPerSecond) return false;
  }
  return fs::remove_file(path + ".lock");
}

/// The directories of a new ref, and their names, durable: libgit2 syncs the innermost alone. Before the ref
/// is made, so that nothing can fail behind it.
void make_way_to(const Store::State& state, const std::string& ref) {
  const auto directory = [&](std::size_t slash) { return state.git_dir + "/" + ref.substr(0, slash); };
  auto slash = ref.rfind('/');
  fs::make_directories(directory(slash));
  for (; slash != std::string::npos && slash > 4; slash = ref.rfind('/', slash - 1))
    fs::sync_directory(directory(slash));
}

/// Follows no link: two of them that lead to where they are would never end.
std::optional<std::string> find_unlisted_beneath(const std::string& git_dir, const std::string& name,
                                                 const std::set<std::string>& listed) {
  const std::string path = git_dir + "/" + name;
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw errno_error("cannot look at '" + path + "'", errno);
  }
  if (S_ISDIR(st.st_mode)) {
    for (const std::string& child : fs::read_directory(path))
      if (auto found = find_unlisted_beneath(git_dir, name + "/" + child, listed)) return found;
    return std::nullopt;
  }
  if (!S_ISREG(st.st_mode) || listed.contains(name) || name.ends_with(".lock")) return std::nullopt;
  constexpr std::size_t kLongestRef = 4096;  // a file that is no ref is for `csb verify` to name
  if (static_cast<std::size_t>(st.st_size) > kLongestRef) return std::nullopt;
  const std::string text = read_file(path, 2 * kLongestRef);
  return Oid::parse(std::string_view(text).substr(0, 40)) ? std::optional(name) : std::nullopt;
}

}  // namespace

std::optional<std::string> find_unlisted(const std::string& git_dir, const std::set<std::string>& listed) {
  for (const char* top : {"refs/heads", "refs/remotes"})
    if (auto found = find_unlisted_beneath(git_dir, top, listed)) return found;
  return std::nullopt;
}

FileLock lock_store(const std::string& git_dir, std::chrono::milliseconds patience) {
  fs::make_directories(git_dir + "/csb");
  auto lock = FileLock::acquire(git_dir + "/csb/lock", patience);
  if (!lock) throw Error(ErrorCode::busy, "another run is writing to the store '" + git_dir + "'");
  return std::move(*lock);
}

bool is_surely_not_at(const Store::State& state, const std::string& ref, const Oid& to) noexcept {
  git_oid oid{};
  const int code = git2::reference_name_to_id(&oid, state.repository.get(), ref.c_str());
  return code == GIT_ENOTFOUND || (code >= 0 && from_git(oid) != to);
}

void require_own_branch(const std::string& ref) {
  const bool shaped = ref.starts_with("refs/heads/") && ref.find('/', 11) != std::string::npos;
  int valid = 0;
  git2::check(git2::reference_name_is_valid(&valid, ref.c_str()), "cannot check the ref name '" + ref + "'");
  if (!shaped || valid == 0) throw Error(ErrorCode::usage, "'" + ref + "' is no branch name csb may use");
}

void require_no_collision(const Store& store, const std::string& ref) {
  for (const Branch& branch : store.branches())
    if (ref.starts_with(branch.ref + "/") || branch.ref.starts_with(ref + "/"))
      throw Error(ErrorCode::refused,
                  "cannot make the branch '" + ref + "': the branch '" + branch.ref + "' is in its way",
                  "rename that branch, or set csb.machine to another name in csb's configuration");
}

void move_ref(Store::State& state, const std::string& ref, const std::optional<Oid>& from, const Oid& to) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  if (!from) make_way_to(state, ref);
  for (;;) {
    const int code = try_to_move(state, ref, from, to);
    if (code >= 0) return;
    const std::string why = git2::last_message();
    // The fsync of the refs directory can fail after the ref has moved: what it says now is what counts.
    if (current(state, ref) == to) return;
    if (code == GIT_ELOCKED && remove_dead_lock(state, ref)) continue;
    if (code != GIT_ELOCKED || std::chrono::steady_clock::now() >= deadline)
      throw Error(ErrorCode::failed, "cannot move the branch '" + ref + "': " + why,
                  code == GIT_ELOCKED
                      ? "another git holds '" + ref + ".lock'; if none is running, remove that file"
                      : "");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace csb::archive
