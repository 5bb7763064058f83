#include "csb/source/claude_code/policy.hpp"

#include <fnmatch.h>

#include <algorithm>

#include "csb/model/rel_path.hpp"
#include "path_pattern.hpp"
#include "policy_table.hpp"
#include "secret_name.hpp"

namespace csb::claude_code {
namespace {

bool stores(PathClass path_class) { return path_class == PathClass::noise || path_class == PathClass::user; }

Verdict verdict_of(const PathRule& rule) { return {rule.path_class, rule.pattern, rule.reason}; }

constexpr Verdict kUnknown{PathClass::unknown, "",
                           "not known to csb: include it by name if it should be stored"};

const PathRule* find_rule(std::span<const PathRule> rules, std::string_view path) {
  for (const PathRule& rule : rules)
    if (match_path(rule.pattern, path) >= PathMatch::exact) return &rule;
  return nullptr;
}

/// What a rule says of a directory that it does not match but might match something beneath of.
std::optional<Verdict> opening_verdict(const PathRule& rule) {
  if (rule.pattern.starts_with("**")) return std::nullopt;
  if (stores(rule.path_class)) return verdict_of(rule);
  // A repository is met inside of the directory that holds it.
  if (rule.path_class == PathClass::foreign) return Verdict{PathClass::user, rule.pattern, rule.reason};
  return std::nullopt;
}

/// The verdict on a directory, which is looked into when some rule stores something beneath it.
std::optional<Verdict> directory_verdict(std::span<const PathRule> rules, std::string_view path) {
  std::optional<Verdict> opening;
  for (const PathRule& rule : rules) {
    const PathMatch match = match_path(rule.pattern, path);
    if (match == PathMatch::covered) return opening && !stores(rule.path_class) ? opening : verdict_of(rule);
    if (match == PathMatch::ancestor && !opening) opening = opening_verdict(rule);
  }
  return opening;
}

/// What nothing overrides.
std::optional<Verdict> fixed_verdict(std::string_view path) {
  if (const SecretName* name = find_secret_name(path))
    return Verdict{PathClass::secret, name->pattern, name->reason};
  for (const PathRule& rule : fixed_rules())
    if (match_path(rule.pattern, path) >= PathMatch::exact) return verdict_of(rule);
  return std::nullopt;
}

/// The first pattern that matches `path` or a directory above it; nullptr when none does.
const std::string* find_glob(const std::vector<std::string>& globs, std::string_view path) {
  for (const std::string& glob : globs) {
    const std::string_view pattern = std::string_view(glob).substr(0, glob.find_last_not_of('/') + 1);
    for (std::string_view part = path; !part.empty(); part = parent_path(part))
      if (::fnmatch(std::string(pattern).c_str(), std::string(part).c_str(), 0) == 0) return &glob;
  }
  return nullptr;
}

/// A pattern that could match something beneath `directory`, by what comes before its first wildcard. One
/// that begins with a wildcard opens no directory by itself: it could match anywhere, caches included.
const std::string* find_glob_beneath(const std::vector<std::string>& globs, std::string_view directory) {
  for (const std::string& glob : globs) {
    const std::string_view literal = std::string_view(glob).substr(0, glob.find_first_of("*?[\\"));
    if (literal.empty()) continue;
    if (is_beneath(literal, directory) || (literal.size() < glob.size() && directory.starts_with(literal)))
      return &glob;
  }
  return nullptr;
}

Verdict included(const Verdict& verdict, const std::string& glob) {
  return stores(verdict.path_class) ? verdict
                                    : Verdict{PathClass::user, glob, "included by your configuration"};
}

Verdict excluded(const std::string& glob) {
  return {PathClass::skip, glob, "excluded by your configuration"};
}

}  // namespace

PathPolicy::PathPolicy(PolicyOverrides overrides) : overrides_(std::move(overrides)) {}

Verdict PathPolicy::classify(std::string_view path) const {
  if (path.empty()) return kUnknown;
  if (const auto fixed = fixed_verdict(path)) return *fixed;
  if (const std::string* glob = find_glob(overrides_.exclude, path)) return excluded(*glob);
  const PathRule* rule = find_rule(path_rules(), path);
  const Verdict verdict = rule != nullptr ? verdict_of(*rule) : kUnknown;
  const std::string* glob = find_glob(overrides_.include, path);
  return glob != nullptr ? included(verdict, *glob) : verdict;
}

Verdict PathPolicy::classify_directory(std::string_view path) const {
  if (path.empty()) return {PathClass::user, "", "the root"};
  if (const auto fixed = fixed_verdict(path)) return *fixed;
  if (const std::string* glob = find_glob(overrides_.exclude, path)) return excluded(*glob);
  const Verdict verdict = directory_verdict(path_rules(), path).value_or(kUnknown);
  const std::string* glob = find_glob(overrides_.include, path);
  if (glob == nullptr) glob = find_glob_beneath(overrides_.include, path);
  return glob != nullptr ? included(verdict, *glob) : verdict;
}

scan::Policy PathPolicy::walk_policy() const {
  // Copies of the policy, so that what is returned may outlive it.
  return {.classify = [policy = *this](std::string_view path) { return policy.classify(path).path_class; },
          .classify_directory =
              [policy = *this](std::string_view path) { return policy.classify_directory(path).path_class; },
          .store_despite_repository =
              [policy = *this](std::string_view path) {
                return path == "projects" || is_beneath(path, "projects") ||
                       policy.classify(path).path_class == PathClass::noise ||
                       find_glob(policy.overrides_.include, path) != nullptr;
              },
          .link_hides_data =
              [](std::string_view path) {
                // What lies there is a session; loggers (sesslogs, session-states) only point at one.
                for (const std::string_view top : {"projects", "file-history", "tasks", "history.jsonl"})
                  if (path == top || is_beneath(path, top)) return true;
                return false;
              }};
}

}  // namespace csb::claude_code
