#include "tracked_secrets.hpp"

#include <algorithm>
#include <queue>
#include <set>
#include <string_view>

#include "catch_up_prefix.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

using Clock = std::chrono::steady_clock;
using archive::CommitInfo;

constexpr std::size_t kMostFound = 1'000;

class Search {
 public:
  Search(const archive::Store& store, const SecretSearch& bounds)
      : store_(store), most_commits_(bounds.most_commits), until_(Clock::now() + bounds.patience) {}

  TrackedSecrets run() {
    for (const archive::Branch& branch : store_.branches())
      if (!branch.by_csb) attempt([&] { look_at_tip(branch); });
    while (!waiting_.empty() && !is_enough()) {
      const Waiting next = waiting_.top();
      waiting_.pop();
      attempt([&] { look_at(next.commit); });
    }
    found_.all = waiting_.empty() && !incomplete_;
    return std::move(found_);
  }

 private:
  struct Waiting {
    CommitInfo commit;
    bool operator<(const Waiting& other) const { return commit.time_ns < other.commit.time_ns; }
  };

  [[nodiscard]] bool is_enough() const {
    return found_.commits >= most_commits_ || found_.found.size() >= kMostFound || Clock::now() >= until_;
  }

  /// What is missing or damaged in one place (a shallow or broken clone) hides no other.
  template <typename Work>
  void attempt(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      if (error.code() == ErrorCode::interrupted) throw;
      incomplete_ = true;
    }
  }

  void look_at_tip(const archive::Branch& branch) {
    CommitInfo tip = store_.commit(branch.tip);
    for (const std::string& prefix : find_config_prefixes(store_, tip.oid)) prefixes_.insert(prefix);
    store_.for_each_file(branch.tip, "",
                         [&](const archive::StoredEntry& entry) { note(branch.ref, entry.path); });
    wait_for(std::move(tip));
  }

  void look_at(const CommitInfo& commit) {
    ++found_.commits;
    for (const Oid& parent : commit.parents)
      if (!seen_.contains(parent)) attempt([&] { wait_for(store_.commit(parent)); });
    if (commit.by_csb) return;
    for (const Change& change : store_.changes(commit))
      if (change.op != ChangeOp::remove) note(commit.oid.hex().substr(0, 8), change.path);
  }

  void wait_for(CommitInfo commit) {
    if (seen_.insert(commit.oid).second) waiting_.push({std::move(commit)});
  }

  void note(const std::string& where, const std::string& path) {
    if (is_secret(path) && paths_.insert(path).second && found_.found.size() < kMostFound)
      found_.found.push_back(where + ":" + path);
  }

  [[nodiscard]] bool is_secret(std::string_view path) const {
    if (prefixes_.empty()) return policy_.classify(path).path_class == PathClass::secret;
    return std::any_of(prefixes_.begin(), prefixes_.end(), [&](const std::string& prefix) {
      return path.starts_with(prefix) &&
             policy_.classify(path.substr(prefix.size())).path_class == PathClass::secret;
    });
  }

  const archive::Store& store_;
  std::size_t most_commits_;
  Clock::time_point until_;
  claude_code::PathPolicy policy_;
  std::set<std::string> prefixes_;  ///< where Claude directories lie in the trees; none: anywhere
  std::set<std::string> paths_;
  std::set<Oid> seen_;
  std::priority_queue<Waiting> waiting_;
  TrackedSecrets found_;
  bool incomplete_ = false;
};

}  // namespace

TrackedSecrets find_tracked_secrets(const archive::Store& store, const SecretSearch& search) {
  return Search(store, search).run();
}

}  // namespace csb::app
