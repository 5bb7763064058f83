#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace csb::archive {

class PackWriter;

/// `<git dir>/csb/state`: which packs csb wrote, and what a run that is under way is about to do
/// (docs/format.md, "State"). Losing it costs nothing but an earlier seal.
struct PackState {
  std::string hot;                  ///< "pack-<id>", or empty
  std::vector<std::string> sealed;  ///< packs of csb's that are not written again
  // Set while packs are being exchanged:
  std::string next_hot;
  std::vector<std::string> next_sealed;
  std::vector<std::string> drop;  ///< superseded once all next packs are there
  std::string ref;                ///< the ref that is being moved
};

/// Where a store keeps its packs.
struct PackPaths {
  std::string git_dir;
  [[nodiscard]] std::string directory() const { return git_dir + "/objects/pack"; }
  [[nodiscard]] std::string pack(const std::string& name) const { return directory() + "/" + name + ".pack"; }
  [[nodiscard]] std::string index(const std::string& name) const { return directory() + "/" + name + ".idx"; }
  [[nodiscard]] std::string keep(const std::string& name) const { return directory() + "/" + name + ".keep"; }
  [[nodiscard]] std::string state() const { return git_dir + "/csb/state"; }
  [[nodiscard]] bool complete(const std::string& name) const;
};

/// "pack-<id>" of every pack in the store, whoever wrote it.
[[nodiscard]] std::vector<std::string> list_packs(const PackPaths& paths);

[[nodiscard]] PackState read_state(const PackPaths& paths);
void write_state(const PackPaths& paths, const PackState& state);

/// Finishes or drops what a killed run left: temporary packs, half-exchanged packs, forgotten `.keep`
/// files, the lock file of the ref it was moving. @pre the store's lock is held
/// @return the healed state, its exchange fields empty; and how many files were removed
struct Healed {
  PackState state;
  std::size_t removed = 0;
};
[[nodiscard]] Healed heal(const PackPaths& paths);

/// Puts finished packs in place of others so that a crash at any point loses nothing. Two steps, because
/// the refs that need the new packs are moved in between.
class PackExchange {
 public:
  /// Publishes the packs, protected from a concurrent gc. Neither writer may be null unless it is absent.
  /// @param hot becomes the hot pack; null: there is none afterwards, unless `keep_hot`
  /// @param drop names of packs whose every object is in the new ones (or in `hot`)
  PackExchange(const PackPaths& paths, PackState& state, PackWriter* hot,
               const std::vector<PackWriter*>& sealed, bool keep_hot, std::vector<std::string> drop,
               std::string ref);
  /// The refs have moved (or none needs to): removes what is superseded.
  void complete();
  /// The refs did not move: removes the new packs, unless they supersede others, whose place they then take.
  void abandon() noexcept;

 private:
  PackPaths paths_;
  PackState& state_;
};

}  // namespace csb::archive
