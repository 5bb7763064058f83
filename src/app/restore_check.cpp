#include "restore_check.hpp"

#include <sys/stat.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string_view>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

constexpr std::size_t kLongestTarget = 4096;  ///< PATH_MAX: no link can hold more

/// Where `target`, taken from the directory of `link`, ends up beneath the root, without looking at the
/// disk. @return nothing when it leaves the root on its way
std::optional<std::string> lexical_place(std::string_view link, std::string_view target) {
  std::vector<std::string_view> at;
  const auto walk = [&at](std::string_view path) {
    while (!path.empty()) {
      const auto slash = path.find('/');
      const std::string_view name = path.substr(0, slash);
      path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
      if (name.empty() || name == ".") continue;
      if (name != "..") {
        at.push_back(name);
      } else if (at.empty()) {
        return false;
      } else {
        at.pop_back();
      }
    }
    return true;
  };
  if (!walk(parent_path(link)) || !walk(target)) return std::nullopt;
  std::string place;
  for (const std::string_view name : at) place.append(place.empty() ? "" : "/").append(name);
  return place;
}

void find_entry(RestoreItem& item, const archive::Store& store) {
  const auto entry = store.find(item.version.commit, item.tree_path());
  if (!entry)
    return item.settle(Outcome::failed,
                       "commit " + item.version.commit.hex().substr(0, 12) + " does not hold it");
  item.entry = *entry;
  using Kind = archive::StoredEntry::Kind;
  if (entry->kind == Kind::directory)
    item.settle(Outcome::refused, "the archive has a directory under this name");
  if (entry->kind == Kind::submodule)
    item.settle(Outcome::refused, "another repository: its content is not stored");
}

/// Loggers keep a link to their session's transcript, by absolute path: it points at the transcript being
/// restored, wherever that lies now. @return true when this is such a link
bool is_transcript_link(RestoreItem& item, const SessionPlan& plan, const std::string& destination) {
  if (!item.link_target.starts_with('/') || base_name(item.path) != "transcript.jsonl") return false;
  if (base_name(item.link_target) != plan.session.id.text() + ".jsonl") return false;
  for (const RestoreItem& other : plan.items) {
    if (!other.is_transcript || !is_safe_tree_path(other.path)) continue;
    item.link_target = destination + '/' + other.path;
    return true;
  }
  return false;
}

void check_item(RestoreItem& item, const SessionPlan& plan, const CheckAgainst& against) {
  if (!is_safe_tree_path(item.version.path) || !is_safe_tree_path(item.path))
    return item.settle(Outcome::refused, "hostile path: it does not stay beneath the root");
  if (against.policy.classify(item.path).path_class == PathClass::secret)
    return item.settle(Outcome::refused, "a secret: csb never stored it, so it is not to be trusted");
  find_entry(item, against.store);
  if (item.outcome != Outcome::restored || !item.is_link()) return;
  if (item.is_transcript)
    return item.settle(Outcome::refused, "the archive has a link in the transcript's place");
  item.link_target = against.store.read_text(item.entry, kLongestTarget);
  if (is_transcript_link(item, plan, against.destination)) return;
  const std::string why = why_link_is_refused(item.path, item.link_target, against.policy, against.root);
  if (!why.empty()) item.settle(Outcome::refused, why);
}

/// A name cannot be a file and a directory at once. When the one was gone before the other came, the newer
/// counts; when not, the history was made by hand (a link, and a file "beneath" it).
void settle_clash(RestoreItem& file, RestoreItem& beneath,
                  const std::function<void(const RestoreItem&)>& drop) {
  const auto came_after_removal = [](const RestoreItem& newer, const RestoreItem& older) {
    return older.removal && older.removal->root_id == newer.version.root_id &&
           (older.removal->sequence < newer.version.sequence ||
            older.removal->commit == newer.version.commit) &&
           older.version.sequence < newer.version.sequence && older.version.commit != newer.version.commit;
  };
  if (came_after_removal(file, beneath)) return drop(beneath);
  if (came_after_removal(beneath, file)) return drop(file);
  file.settle(Outcome::refused, "hostile history: both a file and a directory");
  beneath.settle(Outcome::refused,
                 "hostile history: '" + printable(file.path) + "' is both a file and a directory");
}

void check_clashes(SessionPlan& plan) {
  std::map<std::string_view, RestoreItem*> by_path;
  for (RestoreItem& item : plan.items) by_path.emplace(item.path, &item);
  std::set<std::string> dropped;
  for (RestoreItem& item : plan.items)
    for (std::string_view above = parent_path(item.path); !above.empty(); above = parent_path(above))
      if (const auto file = by_path.find(above); file != by_path.end())
        settle_clash(*file->second, item, [&](const RestoreItem& older) { dropped.insert(older.path); });
  std::erase_if(plan.items, [&](const RestoreItem& item) { return dropped.contains(item.path); });
  for (const std::string& path : dropped)
    plan.notes.push_back("left out: " + printable(path) + " (its name was used for something else since)");
}

}  // namespace

std::string why_link_is_refused(const std::string& link, const std::string& target,
                                const source::PathPolicy& policy, const std::string& root) {
  if (target.empty() || target.find('\0') != std::string::npos) return "a link whose target is no path";
  std::optional<std::string> place;
  if (target.front() != '/') {
    place = lexical_place(link, target);
  } else if (is_beneath(target, root) && target.find("/../") == std::string::npos &&
             !target.ends_with("/..")) {
    place = lexical_place("", std::string_view(target).substr(root.size()));
  }
  if (!place) return "a link out of the root, to '" + printable(target) + "'";
  if (!place->empty() && policy.classify(*place).path_class == PathClass::secret)
    return "a link to a secret, '" + printable(target) + "'";
  return {};
}

void check_items(SessionPlan& plan, const CheckAgainst& against) {
  check_clashes(plan);
  for (RestoreItem& item : plan.items) {
    if (item.outcome != Outcome::restored) continue;
    try {
      check_item(item, plan, against);
    } catch (const Error& error) {
      item.settle(Outcome::failed, error.what());
    }
  }
}

}  // namespace csb::app
