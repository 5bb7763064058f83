#include "csb/app/policy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <optional>
#include <vector>

#include "csb/app/roots.hpp"
#include "csb/model/rel_path.hpp"
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

/// A path, and which root it is beneath.
struct Place {
  const Root* root = nullptr;
  std::string path;  ///< relative to it
};

std::optional<Place> place_in(const std::vector<Root>& roots, const std::string& absolute) {
  for (const std::string& candidate : {absolute, physical(absolute)})
    for (const Root& root : roots) {
      if (candidate == root.directory) return Place{&root, {}};
      if (is_beneath(candidate, root.directory))
        return Place{&root, candidate.substr(root.directory.size() + 1)};
    }
  return std::nullopt;
}

Place find_place(const std::vector<Root>& roots, const std::string& path) {
  std::string absolute = path;
  if (!path.starts_with('/')) {
    const std::string here = working_directory();
    absolute = (place_in(roots, here) ? here : roots.front().directory) + "/" + path;
  }
  if (auto place = place_in(roots, normalize(absolute))) return *place;
  std::string known;
  for (const Root& root : roots) known += (known.empty() ? "" : " or ") + printable(root.directory);
  throw Error(ErrorCode::usage, "'" + printable(path) + "' is not beneath " + known,
              "csb looks at nothing outside the directories it archives");
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
bool decided_by_directory(PolicyResult& result, const source::PathPolicy& policy, const std::string& root,
                          const std::string& directory) {
  const source::Verdict verdict = policy.classify_directory(directory);
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

bool decided_above(PolicyResult& result, const source::PathPolicy& policy, const std::string& root) {
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
  const std::vector<Root> roots = roots_of(settings, nullptr);
  const Place place = find_place(roots, path);
  const std::string& root = place.root->directory;
  PolicyResult result;
  result.root = root;
  result.path = place.path;
  result.kind = result.path.empty() ? PolicyResult::Kind::directory : kind_of(root + "/" + result.path);
  if (result.kind == PolicyResult::Kind::missing && path.ends_with('/'))
    result.kind = PolicyResult::Kind::directory;
  if (result.path.empty()) {
    decide(result, PathClass::user, "the root", "what lies in it is judged path by path");
    return result;
  }
  const auto rules = place.root->source->policy(settings.policy);
  result.session = place.root->source->session_of(result.path);
  // A secret is a secret wherever it lies, so its own name is asked first.
  const source::Verdict own = rules->classify(result.path);
  if (own.path_class == PathClass::secret) {
    decide(result, own.path_class, own.rule, own.reason);
  } else if (!decided_above(result, *rules, root)) {
    if (result.kind == PolicyResult::Kind::special) {
      decide(result, PathClass::skip, "special file", "neither a file, a directory nor a link: passed over");
    } else if (result.kind != PolicyResult::Kind::directory) {
      decide(result, own.path_class, own.rule, own.reason);
    } else if (!decided_by_directory(result, *rules, root, result.path)) {
      const source::Verdict verdict = rules->classify_directory(result.path);
      decide(result, verdict.path_class, verdict.rule, verdict.reason);
    }
  }
  return result;
}

}  // namespace csb::app
