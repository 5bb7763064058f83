#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <sstream>
#include <unordered_set>

#include "check_pack.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "loose_objects.hpp"
#include "pack_state.hpp"
#include "reachability.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

/// Links are not followed: two that lead to where they are would never end.
bool is_real_directory(const std::string& path) {
  struct stat st {};
  return ::lstat(path.c_str(), &st) == 0 && S_ISDIR(st.st_mode);
}

class Verification {
 public:
  Verification(const Store& store, const std::function<void(std::uint64_t, std::uint64_t)>& progress)
      : store_(store), paths_{store.git_dir()}, progress_(progress) {}

  void check_packs(const std::vector<std::string>& names, bool rehash) {
    std::vector<std::pair<std::string, PackFile>> packs;
    for (const std::string& name : names) {
      ++report_.packs;
      try {
        auto pack = PackFile::open(paths_.pack(name));
        if (!pack) {
          fault(name, paths_.index(name), "the index is missing");
          continue;
        }
        known_ += pack->entries().size();
        packs.emplace_back(name, std::move(*pack));
      } catch (const Error& error) {
        fault(name, paths_.pack(name), error.what());
      }
    }
    for (const auto& [name, pack] : packs) check_pack_file(name, pack, rehash);
  }

  void check_loose() {
    for (const LooseObject& object : list_loose_objects(paths_.git_dir)) {
      ++report_.objects;
      const std::string what = loose_object_fault(object);
      if (what.empty()) {
        good_.insert(object.oid);
      } else {
        fault(object.oid.hex(), object.path, what);
      }
    }
  }

  /// Neither git's list of refs nor libgit2's has those that cannot be read.
  void check_refs() {
    for (const char* top : {"refs/heads", "refs/remotes"}) check_refs_beneath(top);
    check_packed_refs();
  }

  void walk_branches() {
    Reachability reach(store_, [this](const Oid& oid) { return is_present(oid); });
    for (const Branch& branch : branches()) reach.walk(branch);
    report_.commits = reach.commits();
    for (const auto& missing : reach.missing())
      fault(missing.oid.hex(), missing.where,
            named_.contains(missing.oid) ? "it is damaged" : "it is missing");
  }

  void look_at_tips() {
    for (const Branch& branch : branches()) {
      try {
        (void)store_.commit(branch.tip);
        ++report_.commits;
      } catch (const Error& error) {
        fault(branch.tip.hex(), branch.ref, error.what());
      }
    }
  }

  [[nodiscard]] VerifyReport take() { return std::move(report_); }

 private:
  void fault(std::string object, std::string where, std::string what) {
    report_.faults.push_back({std::move(object), std::move(where), std::move(what)});
  }

  void check_refs_beneath(const std::string& name) {
    const std::string path = paths_.git_dir + "/" + name;
    if (is_real_directory(path)) {
      for (const std::string& child : fs::read_directory(path)) check_refs_beneath(name + "/" + child);
      return;
    }
    if (name.ends_with(".lock")) return;
    git_oid oid{};
    const int code = git2::reference_name_to_id(&oid, store_.state().repository.get(), name.c_str());
    // A symbolic ref to a branch that is not there (yet) is none; one to itself is damage.
    if (code < 0 && code != GIT_ENOTFOUND) fault("branch", name, git2::last_message());
  }

  /// git reads nothing of a store with a line in there that it does not know; libgit2 passes over some.
  void check_packed_refs() {
    const std::string path = paths_.git_dir + "/packed-refs";
    if (!fs::exists(path)) return;
    std::istringstream lines(read_file(path));
    for (std::string line; std::getline(lines, line);) {
      const bool peeled = line.starts_with('^');
      const bool known = line.starts_with("# pack-refs with:") ||
                         (Oid::parse(std::string_view(line).substr(peeled ? 1 : 0, 40)) &&
                          (peeled ? line.size() == 41 : line.size() > 41 && line[40] == ' '));
      if (!known) return fault("packed-refs", path, "git cannot read the line '" + line + "'");
    }
  }

  std::vector<Branch> branches() {
    try {
      return store_.branches();
    } catch (const Error& error) {
      fault("refs", paths_.git_dir, error.what());
      return {};
    }
  }

  void check_pack_file(const std::string& name, const PackFile& pack, bool rehash) {
    if (const std::string wrong = pack.trailer_fault(); !wrong.empty()) fault(name, paths_.pack(name), wrong);
    report_.objects += pack.entries().size();
    if (!rehash) {
      if (!pack.checksums_match()) fault(name, paths_.pack(name), "an entry does not match its checksum");
      return;
    }
    const PackCheck check = check_pack(pack, [this](std::uint64_t done) {
      if (!progress_) return;
      const std::lock_guard hold(mutex_);
      progress_(done_ += done, known_);
    });
    report_.bytes += check.bytes;
    for (std::size_t i = 0; i < check.good.size(); ++i) {
      const Oid& oid = pack.entries()[i].oid;
      if (check.good[i]) {
        good_.insert(oid);
      } else {
        named_.insert(oid);
        fault(oid.hex(), paths_.pack(name), "its content does not match its name");
      }
    }
  }

  /// Objects of alternates are not csb's to check, only to find.
  bool is_present(const Oid& oid) {
    if (good_.contains(oid)) return true;
    if (named_.contains(oid)) return false;
    const git_oid raw = to_git(oid);
    return git2::odb_exists(store_.state().odb.get(), &raw) == 1;
  }

  const Store& store_;
  PackPaths paths_;
  const std::function<void(std::uint64_t, std::uint64_t)>& progress_;
  VerifyReport report_;
  std::unordered_set<Oid> good_, named_;
  std::mutex mutex_;
  std::uint64_t done_ = 0, known_ = 0;
};

}  // namespace

std::vector<std::string> list_packs(const PackPaths& paths) {
  std::vector<std::string> names;
  for (const std::string& name : fs::read_directory(paths.directory()))
    if (name.starts_with("pack-") && name.ends_with(".pack"))
      names.push_back(name.substr(0, name.size() - 5));
  return names;
}

VerifyReport verify(const Store& store, bool quick,
                    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  Verification verification(store, progress);
  const PackPaths paths{store.git_dir()};
  if (quick) {
    const PackState state = read_state(paths);
    std::vector<std::string> recent;
    if (!state.hot.empty()) recent.push_back(state.hot);
    if (!state.sealed.empty()) recent.push_back(state.sealed.back());
    verification.check_packs(recent, false);
    verification.check_refs();
    verification.look_at_tips();
  } else {
    verification.check_packs(list_packs(paths), true);
    verification.check_loose();
    verification.check_refs();
    verification.walk_branches();
  }
  return verification.take();
}

}  // namespace csb::archive
