#include <algorithm>
#include <unordered_set>

#include "check_pack.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "hot_pack.hpp"
#include "loose_objects.hpp"
#include "pack_state.hpp"
#include "reachability.hpp"
#include "refs.hpp"
#include "store_lock.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

using FindContent = std::function<std::optional<std::vector<std::byte>>(const Oid&)>;

class Repair {
 public:
  explicit Repair(Store& store)
      : store_(store),
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

  /// Writes anew what branches need and nobody has, as far as `find_content` knows it.
  void recover(const FindContent& find_content) {
    PackWriter writer(paths_.directory());
    Bytes stream;
    for (const auto& missing : missing_objects()) {
      const auto content = missing.is_blob ? find_content(missing.oid) : std::nullopt;
      if (!content || blob_id(*content) != missing.oid) {
        report_.lost.push_back(missing.oid);
        continue;
      }
      deflate(*content, stream);
      writer.append(missing.oid, ObjectType::blob, content->size(), stream);
      ++report_.recovered;
    }
    if (writer.objects() == 0) return;
    writer.finish();
    PackExchange(paths_, packs_, nullptr, {&writer}, true, {}, {}).complete();
    refresh();
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
      }
    }
  }

  [[nodiscard]] RepairReport take() { return std::move(report_); }

 private:
  void refresh() { git2::check(git2::odb_refresh(store_.state().odb.get()), "cannot list the packs"); }

  bool readable(const Oid& oid) const {
    std::string why;
    return store_.state().read(oid, why).has_value();
  }

  std::optional<Oid> parent_of(const Oid& commit) const {
    std::string why;
    const auto object = store_.state().read(commit, why);
    if (!object || object->type != ObjectType::commit) return std::nullopt;
    const std::string_view text(static_cast<const char*>(static_cast<const void*>(object->content.data())),
                                object->content.size());
    const auto at = text.find("\nparent ");
    return at == std::string_view::npos ? std::nullopt : Oid::parse(text.substr(at + 8, 40));
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

  void set_aside(const std::string& path, const std::string& name) {
    if (!fs::exists(path)) return;
    const std::string directory = paths_.git_dir + "/csb/damaged";
    fs::make_directories(directory);
    fs::rename_file(path, directory + "/" + name);
    report_.set_aside.push_back(directory + "/" + name);
  }

  /// Copies the good objects of a damaged pack into a new one, then sets the damaged one aside.
  void salvage(const std::string& name) {
    try {
      const auto pack = PackFile::open(paths_.pack(name));
      if (pack) {
        const PackCheck check = check_pack(*pack, {});
        if (check.bad_count() == 0 && pack->trailer_fault().empty()) return;
        copy_good(*pack, check);
      }
    } catch (const Error&) {
      // Not even its entries can be listed: nothing to copy. What it held is looked for on disk.
    }
    for (const char* suffix : {".idx", ".pack", ".rev", ".bitmap"})
      set_aside(paths_.directory() + "/" + name + suffix, name + suffix);
    std::erase(packs_.sealed, name);
    if (packs_.hot == name) packs_.hot.clear();
    write_state(paths_, packs_);
  }

  void copy_good(const PackFile& pack, const PackCheck& check) {
    if (check.bad_count() == check.good.size()) return;
    PackWriter writer(paths_.directory());
    Placement placed;
    carry_over(pack, check.good, {}, writer, placed);
    writer.finish();
    PackExchange(paths_, packs_, nullptr, {&writer}, true, {}, {}).complete();
  }

  Store& store_;
  FileLock lock_;
  PackPaths paths_;
  PackState packs_;
  RepairReport report_;
};

}  // namespace

RepairReport repair(Store& store, const VerifyReport& report, const FindContent& find_content) {
  if (report.faults.empty()) return {};
  Repair repair(store);
  repair.salvage_packs();
  repair.set_loose_objects_aside();
  repair.recover(find_content);
  repair.rewind_branches();
  return repair.take();
}

}  // namespace csb::archive
