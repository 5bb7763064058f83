#include "backup_plan.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"

namespace csb::app {
namespace {

/// Why the format cannot hold a file of this name; empty when it can.
std::string_view refusal(std::string_view path) {
  if (!is_safe_tree_path(path)) return "git does not allow a file of this name";
  for (std::string_view rest = path; !rest.empty();) {
    const auto slash = rest.find('/');
    if (archive::is_slice_name(rest.substr(0, slash)))
      return "names of this form are reserved for the slices of large files";
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return {};
}

/// The stamps leave no doubt that the file is as it was.
bool is_unchanged(const scan::FoundFile& found, const catalogue::KnownFile& known) {
  return found.stamp == known.stamp && !known.racy;
}

bool is_hidden(const std::vector<std::string>& unreadable, std::string_view path) {
  return std::any_of(unreadable.begin(), unreadable.end(),
                     [&](const std::string& directory) { return is_beneath(path, directory); });
}

/// The folder of a session's transcript, "projects/<slug>/": the part of a path that a move replaces.
std::string_view project_folder(std::string_view transcript) {
  return transcript.substr(0, transcript.rfind('/') + 1);
}

struct Relocation {
  std::string_view from, to;  ///< project folders, with a slash at the end
};

/// Sessions whose transcript vanished from one folder and appeared in another.
std::map<SessionId, Relocation> find_relocations(const Plan& plan, const source::Source& source) {
  std::map<SessionId, std::string_view> gone;
  for (const auto* known : plan.vanished) {
    if (!source.is_transcript(known->path)) continue;
    if (const auto id = source.session_of(known->path)) gone.emplace(*id, known->path);
  }
  std::map<SessionId, Relocation> relocations;
  for (const PlannedFile& file : plan.changed) {
    if (gone.empty() || file.known != nullptr || !source.is_transcript(file.found->path)) continue;
    const auto id = source.session_of(file.found->path);
    if (!id) continue;
    if (const auto from = gone.find(*id); from != gone.end())
      relocations.emplace(*id, Relocation{project_folder(from->second), project_folder(file.found->path)});
  }
  return relocations;
}

void mark_moves(Plan& plan, const source::Source& source) {
  const auto relocations = find_relocations(plan, source);
  if (relocations.empty()) return;
  std::set<std::string_view> vanished;
  for (const auto* known : plan.vanished) vanished.insert(known->path);
  for (PlannedFile& file : plan.changed) {
    if (file.known != nullptr) continue;
    const auto id = source.session_of(file.found->path);
    const auto relocation = id ? relocations.find(*id) : relocations.end();
    if (relocation == relocations.end() || !file.found->path.starts_with(relocation->second.to)) continue;
    std::string origin(relocation->second.from);
    origin += file.found->path.substr(relocation->second.to.size());
    if (vanished.contains(origin)) file.moved_from = std::move(origin);
  }
}

}  // namespace

bool Plan::is_sure() const noexcept {
  return !vanished.empty() || std::any_of(changed.begin(), changed.end(), [](const PlannedFile& file) {
    return file.known == nullptr || file.known->stamp.size != file.found->stamp.size;
  });
}

Plan make_plan(const scan::WalkResult& walk, const std::vector<catalogue::KnownFile>& known,
               const source::Source& source) {
  Plan plan;
  auto old = known.begin();
  const auto pass_vanished_before = [&](const std::string* path) {
    for (; old != known.end() && (path == nullptr || old->path < *path); ++old)
      if (!is_hidden(walk.unreadable, old->path)) plan.vanished.push_back(&*old);
  };
  for (const scan::FoundFile& found : walk.files) {
    pass_vanished_before(&found.path);
    const bool is_known = old != known.end() && old->path == found.path;
    const catalogue::KnownFile* remembered = is_known ? &*old++ : nullptr;
    if (is_known && is_unchanged(found, *remembered)) {
      ++plan.files_seen;
      continue;
    }
    if (const std::string_view reason = refusal(found.path); !reason.empty()) {
      plan.problems.push_back(
          {Problem::Severity::not_saved, found.path, std::string(reason), "rename the file"});
      continue;
    }
    ++plan.files_seen;
    plan.changed.push_back({&found, remembered, {}});
  }
  pass_vanished_before(nullptr);
  mark_moves(plan, source);
  return plan;
}

void leave_unstored(Plan& plan, const source::PathPolicy& policy) {
  std::erase_if(plan.vanished, [&](const catalogue::KnownFile* known) {
    const PathClass path_class = policy.classify(known->path).path_class;
    return path_class == PathClass::skip || path_class == PathClass::unknown;
  });
}

void guard_missing_sessions(scan::WalkResult& walk, const std::vector<catalogue::KnownFile>& known,
                            const std::string& folder, bool exists) {
  if (exists) return;
  const bool known_beneath = std::any_of(known.begin(), known.end(),
                                         [&](const auto& file) { return is_beneath(file.path, folder); });
  if (!known_beneath) return;
  const bool all_gone = walk.files.empty();
  walk.unreadable.emplace_back(all_gone ? "" : folder);
  walk.problems.push_back({Problem::Severity::not_saved, all_gone ? "" : folder,
                           all_gone ? "the directory is empty although sessions are known in it"
                                    : "the directory is missing although sessions are known in it",
                           "nothing in it counts as deleted; mount it again, or make the directory if the "
                           "sessions are really gone"});
}

}  // namespace csb::app
