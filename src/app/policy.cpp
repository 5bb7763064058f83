#include "csb/app/policy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <vector>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

std::string working_directory() {
  std::array<char, PATH_MAX> buffer{};
  return ::getcwd(buffer.data(), buffer.size()) != nullptr ? buffer.data() : "/";
}

/// An absolute path without ".", ".." and double slashes, by its text alone.
std::string normalize(const std::string& absolute) {
  std::vector<std::string> parts;
  std::size_t at = 0;
  while (at < absolute.size()) {
    const std::size_t end = std::min(absolute.find('/', at), absolute.size());
    const std::string part = absolute.substr(at, end - at);
    if (part == ".." && !parts.empty()) parts.pop_back();
    if (!part.empty() && part != "." && part != "..") parts.push_back(part);
    at = end + 1;
  }
  std::string out;
  for (const std::string& part : parts) out += "/" + part;
  return out.empty() ? "/" : out;
}

/// `absolute` with the symlinks of its existing ancestors resolved; the last component is kept, because a
/// link is judged by its own name.
std::string physical(const std::string& absolute) {
  const auto slash = absolute.rfind('/');
  const std::string parent = slash == 0 ? "/" : absolute.substr(0, slash);
  const std::string real = fs::real_path(parent);
  if (!real.empty()) return (real == "/" ? "" : real) + absolute.substr(slash);
  return parent == "/" ? absolute : physical(parent) + absolute.substr(slash);
}

std::string relative_to_root(const Settings& settings, const std::string& path) {
  const std::string& root = settings.claude_dir;
  const std::string here = working_directory();
  std::string absolute = path;
  if (!path.starts_with('/')) absolute = (here == root || is_beneath(here, root) ? here : root) + "/" + path;
  absolute = normalize(absolute);
  if (absolute == root) return {};
  for (const std::string& candidate : {absolute, physical(absolute)})
    if (is_beneath(candidate, root)) return candidate.substr(root.size() + 1);
  throw Error(ErrorCode::usage, "'" + printable(path) + "' is not beneath " + printable(root),
              "csb looks at nothing outside the Claude directory");
}

PolicyResult::Kind kind_of(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) != 0) return PolicyResult::Kind::missing;
  if (S_ISREG(st.st_mode)) return PolicyResult::Kind::file;
  if (S_ISDIR(st.st_mode)) return PolicyResult::Kind::directory;
  return S_ISLNK(st.st_mode) ? PolicyResult::Kind::symlink : PolicyResult::Kind::special;
}

void decide(PolicyResult& result, PathClass path_class, std::string_view rule, std::string_view reason) {
  result.path_class = path_class;
  result.rule = rule;
  result.reason = reason;
}

/// True when a directory above (or the path itself, when it is one) settles the matter as the walk would.
bool decided_by_directory(PolicyResult& result, const claude_code::PathPolicy& policy,
                          const std::string& root, const std::string& directory) {
  const claude_code::Verdict verdict = policy.classify_directory(directory);
  if (verdict.path_class != PathClass::noise && verdict.path_class != PathClass::user) {
    decide(result, verdict.path_class, verdict.rule, verdict.reason);
    return true;
  }
  if (!fs::exists(root + "/" + directory + "/.git") ||
      policy.walk_policy().store_despite_repository(directory))
    return false;
  decide(result, PathClass::foreign, ".git", "a nested git repository: its url and commit are recorded");
  return true;
}

bool decided_above(PolicyResult& result, const claude_code::PathPolicy& policy, const std::string& root) {
  for (auto slash = result.path.find('/'); slash != std::string::npos;
       slash = result.path.find('/', slash + 1)) {
    const std::string directory = result.path.substr(0, slash);
    if (kind_of(root + "/" + directory) == PolicyResult::Kind::symlink) {
      decide(result, PathClass::skip, "symbolic link", "a link is stored as a link and never followed");
    } else if (!decided_by_directory(result, policy, root, directory)) {
      continue;
    }
    result.decided_by = directory;
    return true;
  }
  return false;
}

}  // namespace

bool PolicyResult::stored() const { return path_class == PathClass::noise || path_class == PathClass::user; }

PolicyResult policy(const Settings& settings, const std::string& path) {
  PolicyResult result;
  result.path = relative_to_root(settings, path);
  result.kind =
      result.path.empty() ? PolicyResult::Kind::directory : kind_of(settings.claude_dir + "/" + result.path);
  if (result.kind == PolicyResult::Kind::missing && path.ends_with('/'))
    result.kind = PolicyResult::Kind::directory;
  if (result.path.empty()) {
    decide(result, PathClass::user, "the root", "what lies in it is judged path by path");
    return result;
  }
  const claude_code::PathPolicy rules(settings.policy);
  result.session = claude_code::session_of(result.path);
  // A secret is a secret wherever it lies, so its own name is asked first.
  const claude_code::Verdict own = rules.classify(result.path);
  if (own.path_class == PathClass::secret) {
    decide(result, own.path_class, own.rule, own.reason);
  } else if (!decided_above(result, rules, settings.claude_dir)) {
    if (result.kind == PolicyResult::Kind::special) {
      decide(result, PathClass::skip, "special file", "neither a file, a directory nor a link: passed over");
    } else if (result.kind != PolicyResult::Kind::directory) {
      decide(result, own.path_class, own.rule, own.reason);
    } else if (!decided_by_directory(result, rules, settings.claude_dir, result.path)) {
      const claude_code::Verdict verdict = rules.classify_directory(result.path);
      decide(result, verdict.path_class, verdict.rule, verdict.reason);
    }
  }
  return result;
}

}  // namespace csb::app
