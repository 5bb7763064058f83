#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <utility>

#include "catch_up_branch.hpp"
#include "catch_up_prefix.hpp"
#include "csb/app/branches.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/roots.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

/// Own branches first, then other local ones, then those fetched: a commit is catalogued once, for the first
/// branch that has it (a branch that was pushed comes back as a remote one).
std::vector<archive::Branch> in_reading_order(std::vector<archive::Branch> branches,
                                              const Settings& settings) {
  const auto rank = [&settings](const archive::Branch& branch) {
    if (is_own_branch(settings, branch.ref)) return 0;
    if (branch.by_csb) return branch.ref.starts_with("refs/heads/") ? 1 : 2;
    return branch.ref.starts_with("refs/heads/") ? 3 : 4;
  };
  std::stable_sort(branches.begin(), branches.end(),
                   [&](const archive::Branch& a, const archive::Branch& b) { return rank(a) < rank(b); });
  return branches;
}

class CatchUp {
 public:
  CatchUp(catalogue::Catalogue& catalogue, const archive::Store& store, const Settings& settings,
          const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : catalogue_(catalogue), store_(store), settings_(settings), progress_(progress) {}

  std::vector<Problem> run(const std::string& only_branch) {
    const auto branches = in_reading_order(session_branches(store_), settings_);
    if (only_branch.empty()) forget_vanished(branches);
    for (const archive::Branch& branch : branches) {
      if (const auto root = catalogue_.find_root(branch.ref)) passed_.insert(root->id);
      if (only_branch.empty() || branch.ref == only_branch) read_branch(branch);
      earlier_.push_back(branch.tip);
    }
    return std::move(problems_);
  }

 private:
  /// A branch that was deleted: what only it had cannot be restored any more, and what it was catalogued
  /// for may be in another one.
  void forget_vanished(const std::vector<archive::Branch>& branches) {
    for (const catalogue::Root& root : catalogue_.roots()) {
      const bool exists =
          std::any_of(branches.begin(), branches.end(),
                      [&root](const archive::Branch& branch) { return branch.ref == root.branch; });
      if (exists || !root.head || is_written_here(root.branch)) continue;
      auto update = catalogue_.begin();
      update.clear_root(root.id);
      forget_heads_to_come(update, [](const catalogue::Root&) { return true; });
      update.commit();
    }
  }

  /// A commit is catalogued for the first branch that has it. Where an earlier branch has lost some, or has
  /// got those that a later one is catalogued for, the later one is read anew.
  template <typename Concerns>
  void forget_heads_to_come(catalogue::Catalogue::Update& update, const Concerns& concerns) const {
    for (const catalogue::Root& root : catalogue_.roots())
      if (root.head && !passed_.contains(root.id) && !is_own_branch(settings_, root.branch) && concerns(root))
        update.forget_head(root.id);
  }

  /// A branch of these settings is stored anew by the next backup.
  [[nodiscard]] bool is_written_here(const std::string& branch) const {
    const auto roots = roots_of(settings_, &catalogue_);
    return std::any_of(roots.begin(), roots.end(), [&](const Root& root) { return root.branch == branch; });
  }

  /// What the branch has on top of `head`. @return nothing when `head` is not in its history any more
  [[nodiscard]] std::optional<std::vector<archive::CommitInfo>> since(const Oid& head, const Oid& tip) const {
    try {
      auto commits = store_.history(tip, head);
      if (commits.empty() || commits.front().parents.empty() || commits.front().parents.front() != head)
        return std::nullopt;
      return commits;
    } catch (const Error&) {  // pruned
      return std::nullopt;
    }
  }

  /// Leaves out what an earlier branch has.
  void drop_known(std::vector<archive::CommitInfo>& commits) {
    for (const Oid& tip : earlier_) {
      if (commits.empty()) return;
      if (tip == commits.back().oid) return commits.clear();
    }
    for (; walked_ < earlier_.size(); ++walked_)
      for (const archive::CommitInfo& commit : store_.history(earlier_[walked_])) known_.insert(commit.oid);
    std::erase_if(commits, [this](const archive::CommitInfo& commit) { return known_.contains(commit.oid); });
  }

  /// A directory on record stays: this run may have been pointed at another one, to restore into. Branches of
  /// other machines have none here.
  [[nodiscard]] std::string directory_of(const archive::Branch& branch,
                                         const std::optional<catalogue::Root>& known) const {
    if (known && !known->path.empty()) return known->path;
    if (!is_own_branch(settings_, branch.ref)) return {};
    try {
      if (auto recorded = store_.root_of(branch.tip); recorded && recorded->starts_with('/'))
        return std::move(*recorded);
    } catch (const Error&) {  // damaged: as if it did not say
    }
    return branch.ref == settings_.branch() ? settings_.claude_dir : std::string();
  }

  /// What is to be read of a branch.
  struct Reading {
    std::vector<archive::CommitInfo> commits;
    ConfigPrefixes prefixes;
    bool anew = true;  ///< from its beginning
    std::vector<Problem> problems{};
  };

  /// The branch since `root.head`. @return nothing when it is to be read anew: it was rewritten, or a
  /// transcript lies where none did, and what is beside it was passed over
  [[nodiscard]] std::optional<Reading> news_of(const catalogue::Root& root, const Oid& tip) const {
    auto commits = since(*root.head, tip);
    if (!commits) return std::nullopt;
    Reading reading{std::move(*commits), catalogue_.prefixes_of(root.id), false};
    if (store_.commit(*root.head).by_csb) reading.prefixes.emplace();
    const ConfigPrefixes &known = reading.prefixes,
                         found = find_config_prefixes(store_, reading.commits, reading.problems);
    if (!std::includes(known.begin(), known.end(), found.begin(), found.end())) return std::nullopt;
    return reading;
  }

  [[nodiscard]] Reading all_of(const Oid& tip) const {
    Reading reading{store_.history(tip), {}};
    reading.prefixes = find_config_prefixes(store_, reading.commits, reading.problems);
    return reading;
  }

  [[nodiscard]] bool has_any(const catalogue::Root& root,
                             const std::vector<archive::CommitInfo>& commits) const {
    return std::any_of(commits.begin(), commits.end(), [&](const archive::CommitInfo& commit) {
      return catalogue_.knows_commit(root.id, commit.oid);
    });
  }

  void read_branch(const archive::Branch& branch) {
    const auto root = catalogue_.find_root(branch.ref);
    const bool is_own = is_own_branch(settings_, branch.ref);
    if (root && root->head == branch.tip) return;
    std::optional<Reading> reading;
    if (root && root->head) reading = news_of(*root, branch.tip);
    if (!reading) reading = all_of(branch.tip);

    auto update = catalogue_.begin();
    const source::Source& source = source_of_branch(branch.ref);
    const std::int64_t root_id = update.ensure_root(branch.ref, source.name(), directory_of(branch, root));
    if (reading->anew) update.clear_root(root_id);
    update.add_prefixes(root_id, reading->prefixes);
    if (!is_own) drop_known(reading->commits);
    const bool may_have_lost = reading->anew && root && root->head;
    forget_heads_to_come(update, [&](const catalogue::Root& other) {
      return may_have_lost || has_any(other, reading->commits);
    });
    const auto policy = source.policy(settings_.policy);
    BranchReader reader(catalogue_, update, store_, *policy,
                        {root_id, branch.ref, source, std::move(reading->prefixes)});
    for (const archive::CommitInfo& commit : reading->commits) reader.read(commit);
    reader.finish(progress_);
    for (const std::vector<Problem>& problems : {reading->problems, reader.problems()})
      problems_.insert(problems_.end(), problems.begin(), problems.end());
    update.set_head(root_id, branch.tip);
    update.commit();
  }

  catalogue::Catalogue& catalogue_;
  const archive::Store& store_;
  const Settings& settings_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  std::vector<Oid> earlier_;                 ///< tips of the branches before this one
  std::unordered_set<std::int64_t> passed_;  ///< roots of those
  std::size_t walked_ = 0;                   ///< how many of those are in known_
  std::unordered_set<Oid> known_;            ///< their commits
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> catch_up(catalogue::Catalogue& catalogue, const archive::Store& store,
                              const Settings& settings, const std::string& only_branch,
                              const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  return CatchUp(catalogue, store, settings, progress).run(only_branch);
}

bool is_up_to_date(const catalogue::Catalogue& catalogue, const archive::Store& store) {
  const auto branches = session_branches(store);
  const auto roots = catalogue.roots();
  const auto tip_of = [&](const catalogue::Root& root) -> std::optional<Oid> {
    const auto found = std::find_if(branches.begin(), branches.end(),
                                    [&](const archive::Branch& branch) { return branch.ref == root.branch; });
    return found == branches.end() ? std::nullopt : std::optional(found->tip);
  };
  std::size_t read = 0;
  for (const catalogue::Root& root : roots) {
    if (root.head != tip_of(root)) return false;  // or it was deleted
    read += root.head ? 1 : 0;
  }
  return read == branches.size();
}

}  // namespace csb::app
