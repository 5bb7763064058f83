#include <map>

#include "changes.hpp"
#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

constexpr std::size_t kChangesLimit = std::size_t{1} << 30;

using Files = std::map<std::string, StoredEntry>;

enum class Wanted { changes, left_names };

/// Compares two trees directory by directory; equal subtrees are never opened.
class TreeComparison {
 public:
  /// @param wanted `left_names`: only the paths of what is new or differs, without a look at contents
  TreeComparison(Store::State& state, const Store& store, std::int64_t time_ns, Wanted wanted)
      : state_(state), store_(store), time_ns_(time_ns), wanted_(wanted) {}

  void compare(const std::string& path, const std::optional<Oid>& old, const std::optional<Oid>& fresh) {
    if (old == fresh || path.size() > 4096) return;
    const auto old_items = items_of(old), fresh_items = items_of(fresh);
    const auto before = entries(path, old_items, fresh_items), after = entries(path, fresh_items, old_items);
    for (const auto& [name, entry] : before)
      if (after.find(name) == after.end()) gone(entry);
    for (const auto& [name, entry] : after) {
      const auto found = before.find(name);
      changed(found == before.end() ? nullptr : &found->second, entry);
    }
  }

  [[nodiscard]] std::vector<Change> take() { return std::move(changes_); }

 private:
  /// Of a name that a hostile tree holds twice, the first.
  std::map<std::string, TreeItem> items_of(const std::optional<Oid>& tree) {
    std::map<std::string, TreeItem> items;
    if (tree)
      for (const TreeItem& item : state_.tree(*tree)) items.emplace(item.name, item);
    return items;
  }

  /// Without those that the other tree has too: most are the same, and an entry looks into its tree.
  Files entries(const std::string& path, const std::map<std::string, TreeItem>& items,
                const std::map<std::string, TreeItem>& other) {
    Files files;
    for (const auto& [name, item] : items) {
      const auto same = other.find(name);
      if (same != other.end() && same->second.oid == item.oid && same->second.mode == item.mode) continue;
      files.emplace(name, state_.entry(path.empty() ? name : path + "/" + name, item));
    }
    return files;
  }
  static bool is_directory(const StoredEntry& entry) { return entry.kind == StoredEntry::Kind::directory; }

  void gone(const StoredEntry& entry) {
    if (wanted_ == Wanted::left_names) return;
    if (is_directory(entry)) return compare(entry.path, entry.oid, std::nullopt);
    if (entry.kind != StoredEntry::Kind::submodule) add(entry.path, ChangeOp::remove);
  }

  void changed(const StoredEntry* before, const StoredEntry& after) {
    if (before != nullptr && before->oid == after.oid && before->git_mode == after.git_mode) return;
    if (before != nullptr && is_directory(*before) && is_directory(after))
      return compare(after.path, before->oid, after.oid);
    if (before != nullptr && is_directory(*before)) gone(*before);
    if (is_directory(after)) {
      if (before != nullptr) gone(*before);
      return compare(after.path, std::nullopt, after.oid);
    }
    if (after.kind == StoredEntry::Kind::submodule) return;
    Change& change = add(after.path, ChangeOp::add);
    if (wanted_ == Wanted::left_names) return;
    change.size = store_.size(after);
    change.mtime_ns = time_ns_;
    change.mode = after.kind == StoredEntry::Kind::symlink
                      ? 0120777
                      : (after.git_mode == kModeExecutable ? 0100755 : 0100644);
    if (before != nullptr && before->kind == StoredEntry::Kind::file)
      change.op = change.size < store_.size(*before) ? ChangeOp::shrink : ChangeOp::rewrite;
  }

  Change& add(const std::string& path, ChangeOp op) {
    Change& change = changes_.emplace_back();
    change.path = path;
    change.op = op;
    return change;
  }

  Store::State& state_;
  const Store& store_;
  std::int64_t time_ns_;
  Wanted wanted_;
  std::vector<Change> changes_;
};

/// With the first parent, beneath `prefix`.
std::vector<Change> compare(const Store& store, const CommitInfo& commit, const std::string& prefix,
                            Wanted wanted) {
  const auto tree_at = [&](const Oid& oid) -> std::optional<Oid> {
    if (prefix.empty()) return store.commit(oid).tree;
    const auto entry = store.find(oid, prefix);
    return entry && entry->kind == StoredEntry::Kind::directory ? std::optional(entry->oid) : std::nullopt;
  };
  TreeComparison comparison(store.state(), store, commit.time_ns, wanted);
  comparison.compare(prefix, commit.parents.empty() ? std::nullopt : tree_at(commit.parents.front()),
                     tree_at(commit.oid));
  return comparison.take();
}

}  // namespace

std::optional<std::string> Store::root_of(const Oid& commit) const {
  constexpr std::size_t kLimit = std::size_t{64} << 10;  // a path, however it is escaped
  const auto entry = find(commit, std::string(kRootPath));
  if (!entry || entry->kind != StoredEntry::Kind::file) return std::nullopt;
  return parse_root(read_text(*entry, kLimit));
}

std::vector<Change> Store::changes(const CommitInfo& commit, const std::string& prefix) const {
  if (commit.by_csb) {
    const auto entry = find(commit.oid, std::string(kChangesPath));
    return entry ? parse_changes(read_text(*entry, kChangesLimit)) : std::vector<Change>();
  }
  return compare(*this, commit, prefix, Wanted::changes);
}

std::vector<std::string> Store::left_names(const CommitInfo& commit) const {
  std::vector<std::string> names;
  for (Change& change : compare(*this, commit, {}, Wanted::left_names))
    names.push_back(std::move(change.path));
  return names;
}

}  // namespace csb::archive
