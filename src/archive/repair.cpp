#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "changes.hpp"
#include "check_pack.hpp"
#include "commit_object.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "hot_pack.hpp"
#include "index_pack.hpp"
#include "loose_objects.hpp"
#include "pack_state.hpp"
#include "reachability.hpp"
#include "refs.hpp"
#include "sha1.hpp"
#include "store_lock.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

class Repair {
 public:
  Repair(Store& store, const RepairSources& sources)
      : store_(store),
        sources_(sources),
        lock_(lock_store(store.git_dir(), std::chrono::seconds(10))),
        paths_{store.git_dir()},
        packs_(heal(paths_).state) {}

  void salvage_packs() {
    for (const std::string& name : list_packs(paths_)) salvage(name);
    refresh();
  }

  void set_loose_objects_aside() {
    for (const LooseObject& object : list_loose_objects(paths_.git_dir))
      if (!loose_object_fault(object).empty()) set_aside(object.path, object.oid.hex());
    refresh();
  }

  /// csb's own branches, when what is damaged is the file that says where one is.
  void put_branches_back() {
    for (const OwnBranch& branch : sources_.own) put_back(branch);
  }

  /// Writes anew what branches need and nobody has, as far as the sources have it. With a tree come more
  /// objects that are needed, so it goes on until nothing more is found.
  void recover() {
    std::vector<Oid> lost;
    for (bool found = true; found;) {
      found = false;
      lost.clear();
      PackWriter writer(paths_.directory());
      for (const auto& missing : missing_objects())
        if (!write_anew(missing, writer)) lost.push_back(missing.oid);
      if (writer.objects() == 0) continue;
      writer.finish();
      PackExchange(paths_, packs_, nullptr, {&writer}, true, {}, {}).complete();
      refresh();
      found = true;
    }
    report_.lost = std::move(lost);
  }

  /// A branch whose newest trees are lost could never be committed to again: it goes back to its newest
  /// commit that is whole. The next backup stores again everything that is on disk.
  void rewind_branches() {
    for (const Branch& branch : store_.branches()) {
      if (!branch.ref.starts_with("refs/heads/")) continue;
      Reachability reach(store_, [this](const Oid& oid) { return readable(oid); });
      std::optional<Oid> at = branch.tip;
      while (at && !reach.has_whole_tree(*at)) at = parent_of(*at);
      // A person's own branch is never moved, whatever is wrong with it.
      if (at && *at != branch.tip && store_.commit(*at).by_csb) {
        move_ref(store_.state(), branch.ref, branch.tip, *at);
        report_.rewound.push_back(branch.ref);
      } else if (!at && is_own(branch.ref)) {
        retire(branch);
      }
    }
  }

  [[nodiscard]] RepairReport take() { return std::move(report_); }

 private:
  void put_back(const OwnBranch& branch) {
    if (const auto tip = tip_of(branch.ref); tip && readable(*tip)) return;
    set_aside(paths_.git_dir + "/" + branch.ref, file_name_for(branch.ref));
    const auto tip = tip_of(branch.ref);  // an older one may be packed
    if (branch.tip && tip != branch.tip && readable(*branch.tip))
      move_ref(store_.state(), branch.ref, tip, *branch.tip);
  }

  [[nodiscard]] bool is_own(const std::string& ref) const {
    return std::any_of(sources_.own.begin(), sources_.own.end(),
                       [&](const OwnBranch& branch) { return branch.ref == ref; });
  }

  /// libgit2 goes on reading a pack that was set aside as long as the repository is open.
  void refresh() { store_ = Store::open(paths_.git_dir); }

  bool readable(const Oid& oid) const {
    std::string why;
    return store_.state().read(oid, why).has_value();
  }

  /// Where the file of the branch says it is; nothing when it says nothing that can be read.
  std::optional<Oid> tip_of(const std::string& ref) const {
    try {
      return store_.tip(ref);
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  std::optional<Oid> parent_of(const Oid& commit) const {
    try {
      const auto parents = store_.state().commit(commit).parents;
      return parents.empty() ? std::nullopt : std::optional(parents.front());
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  static std::string file_name_for(std::string ref) {
    std::replace(ref.begin(), ref.end(), '/', '-');
    return ref;
  }

  /// Nothing of the branch is whole. Its last commit is written down, for whoever looks for what is left.
  void retire(const Branch& branch) {
    const std::string note = damaged_directory() + "/" + file_name_for(branch.ref);
    fs::write_file_atomically(note, branch.tip.hex() + "\n");
    git2::check(git2::reference_remove(store_.state().repository.get(), branch.ref.c_str()),
                "cannot remove the branch '" + branch.ref + "'");
    report_.set_aside.push_back(note);
    report_.rewound.push_back(branch.ref);
  }

  bool write_anew(const Reachability::Missing& missing, PackWriter& writer) {
    const auto type = missing.is_blob ? ObjectType::blob : ObjectType::tree;
    const auto content = missing.is_blob ? find_blob(missing.oid) : find_tree(missing.oid);
    if (!content || object_id(type_name(type), *content) != missing.oid) return false;
    if (!written_.insert(missing.oid).second) return false;  // it was written, and still cannot be read
    Bytes stream;
    deflate(*content, stream);
    writer.append(missing.oid, type, content->size(), stream);
    ++report_.recovered;
    return true;
  }

  /// What csb itself would write again, when that is what is missing.
  static std::optional<Bytes> own_file(std::string_view text, const Oid& missing) {
    const auto bytes = as_bytes(text);
    if (blob_id(bytes) != missing) return std::nullopt;
    return Bytes(bytes.begin(), bytes.end());
  }

  std::optional<Bytes> find_blob(const Oid& oid) const {
    if (auto own = own_file(kFormatText, oid)) return own;
    for (const OwnBranch& branch : sources_.own)
      if (auto own = own_file(write_root(branch.root), oid)) return own;
    return sources_.content ? sources_.content(oid) : std::nullopt;
  }

  /// A tree that is like a directory on disk.
  std::optional<Bytes> find_tree(const Oid& oid) {
    if (!trees_) {
      trees_.emplace();
      const TreeStore store{[](const Oid&) { return std::nullopt; },
                            [this](const Bytes& raw, const Oid&) {
                              const Oid made = object_id("tree", raw);
                              trees_->emplace(made, raw);
                              return made;
                            }};
      if (sources_.files)
        for (const auto& files : sources_.files()) (void)edit_tree(store, {}, files);
    }
    const auto found = trees_->find(oid);
    return found == trees_->end() ? std::nullopt : std::optional(found->second);
  }

  std::vector<Reachability::Missing> missing_objects() {
    Reachability reach(store_, [this](const Oid& oid) { return readable(oid); });
    for (const Branch& branch : store_.branches()) reach.walk(branch);
    std::vector<Reachability::Missing> missing = reach.missing();
    std::sort(missing.begin(), missing.end(), [](const auto& a, const auto& b) { return a.oid < b.oid; });
    missing.erase(std::unique(missing.begin(), missing.end(),
                              [](const auto& a, const auto& b) { return a.oid == b.oid; }),
                  missing.end());
    return missing;
  }

  std::string damaged_directory() const {
    std::string directory = paths_.git_dir + "/csb/damaged";
    fs::make_directories(directory);
    return directory;
  }

  void set_aside(const std::string& path, const std::string& name) {
    if (!fs::exists(path)) return;
    const std::string aside = damaged_directory() + "/" + name;
    fs::rename_file(path, aside);
    report_.set_aside.push_back(aside);
  }

  /// What can be read of a pack; nothing when not even its entries can be listed.
  std::optional<PackFile> open_pack(const std::string& name) const {
    try {
      return PackFile::open(paths_.pack(name));
    } catch (const Error&) {
      return std::nullopt;
    }
  }

  /// Makes a new index where only that was damaged; else copies the good objects of the pack into a new one
  /// and sets the damaged one aside.
  void salvage(const std::string& name) {
    auto pack = open_pack(name);
    const PackCheck check = pack ? check_pack(*pack, {}) : PackCheck{};
    if (pack && check.bad_count() == 0 && pack->trailer_fault().empty()) return;
    if (index_anew(paths_, name)) {
      pack = open_pack(name);
      report_.recovered += pack ? pack->entries().size() : 0;
      return;
    }
    // Where only the checksum of the whole was damaged, the copy is the same pack and has taken its place.
    if (pack && copy_good(*pack, check) == name) return;
    for (const char* suffix : {".idx", ".pack", ".rev", ".bitmap"})
      set_aside(paths_.directory() + "/" + name + suffix, name + suffix);
    std::erase(packs_.sealed, name);
    if (packs_.hot == name) packs_.hot.clear();
    write_state(paths_, packs_);
  }

  /// @return the name of the new pack; empty when there is nothing good to copy
  std::string copy_good(const PackFile& pack, const PackCheck& check) {
    if (check.bad_count() == check.good.size()) return {};
    PackWriter writer(paths_.directory());
    Placement placed;
    carry_over(pack, check.good, {}, writer, placed);
    writer.finish();
    keep_what_is_replaced(writer.name());
    PackExchange(paths_, packs_, nullptr, {&writer}, true, {}, {}).complete();
    return writer.name();
  }

  /// A second name for a damaged pack that its own copy is about to replace.
  void keep_what_is_replaced(const std::string& name) {
    if (!fs::exists(paths_.pack(name))) return;
    const std::string aside = damaged_directory() + "/" + name + ".pack";
    if (fs::link_file(paths_.pack(name), aside)) report_.set_aside.push_back(aside);
  }

  Store& store_;
  const RepairSources& sources_;
  FileLock lock_;
  PackPaths paths_;
  PackState packs_;
  RepairReport report_;
  std::unordered_set<Oid> written_;
  std::optional<std::unordered_map<Oid, Bytes>> trees_;  // of what is on disk; made when first needed
};

}  // namespace

RepairReport repair(Store& store, const VerifyReport& report, const RepairSources& sources) {
  if (report.faults.empty()) return {};
  Repair repair(store, sources);
  repair.salvage_packs();
  repair.set_loose_objects_aside();
  repair.put_branches_back();
  repair.recover();
  repair.rewind_branches();
  return repair.take();
}

}  // namespace csb::archive
