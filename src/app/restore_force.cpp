#include "restore_force.hpp"

#include <chrono>
#include <map>
#include <string>

#include "csb/app/backup.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

constexpr std::chrono::milliseconds kPatience{10'000};  ///< a person waits for this restore

/// @return why what is there is not safe; empty when it is
std::string archive(const Settings& settings, const SessionId& session) {
  BackupOptions options;
  options.session = session.text();
  options.patience = kPatience;
  try {
    const BackupResult result = backup(settings, options);
    if (!result.incomplete()) return {};
    for (const Problem& problem : result.problems)
      if (problem.severity == Problem::Severity::not_saved) return problem.what;
    return "the backup was not complete";
  } catch (const Error& error) {
    return error.what();
  }
}

bool is_archived(const source::PathPolicy& policy, const std::string& path) {
  const PathClass path_class = policy.classify(path).path_class;
  return path_class == PathClass::noise || path_class == PathClass::user;
}

}  // namespace

void allow_replacing(SessionPlan& plan, RestoreRoot& root, RestoreWriter& writer, const Settings& settings,
                     const source::PathPolicy& policy, bool dry_run) {
  std::map<RestoreItem*, struct stat> there;  // looked at before it is archived: a change since then shows
  for (RestoreItem& item : plan.items) {
    if (!item.may_replace) continue;
    if (!is_archived(policy, item.path)) {
      item.reason += "; the policy does not archive it, so it is not replaced";
    } else if (const auto seen = root.look(item.path)) {
      there.emplace(&item, *seen);
    }
  }
  if (there.empty()) return;
  const std::string why = dry_run ? std::string() : archive(settings, plan.session.id);
  for (auto& [item, seen] : there) {
    if (!why.empty()) {
      item->reason += "; it could not be archived, so it is not replaced: " + why;
      continue;
    }
    item->settle(Outcome::restored, {});
    writer.allow_replacing(*item, seen);
  }
}

}  // namespace csb::app
