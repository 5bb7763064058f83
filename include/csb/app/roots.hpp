#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/source/source.hpp"

namespace csb::app {

/// A directory that is archived, and where to.
struct Root {
  const source::Source* source = nullptr;  ///< never null
  std::string directory;                   ///< physical when it exists
  std::string branch;                      ///< full ref name
};

/// A root that a branch of this machine is on record for.
struct RecordedRoot {
  std::string branch, directory;
};

/// The source by its name; nullptr when there is none.
[[nodiscard]] const source::Source* find_source(std::string_view name);
/// Every source's name, in the order they are listed to people.
[[nodiscard]] std::vector<std::string> source_names();
/// The source whose files a branch holds, told by the branch's name; what other tools wrote is Claude Code's.
[[nodiscard]] const source::Source& source_of_branch(std::string_view branch);

/// Whether csb on this machine, and nobody else, writes this branch.
[[nodiscard]] bool is_own_branch(const Settings& settings, std::string_view branch);

/// The mirror of the chats, there or not.
[[nodiscard]] Root mirror_root(const Settings& settings);

/// The roots of these settings, each with its branch. A directory keeps the branch that is on record for it,
/// whatever the order of the settings; a new one gets the machine's first branch while no other of these
/// settings has it, else one named after it (claude-code-<name>). The mirror of the chats is among them when
/// it exists.
[[nodiscard]] std::vector<Root> roots_of(const Settings& settings, const std::vector<RecordedRoot>& recorded);

/// The same with what the catalogue has on record. @param catalogue nullptr: nothing is
[[nodiscard]] std::vector<Root> roots_of(const Settings& settings, const catalogue::Catalogue* catalogue);

/// The same for a backup: where the catalogue is missing or unusable, the store is asked.
/// @param opened gets the catalogue, opened with this access, where it is sound
[[nodiscard]] std::vector<Root> roots_to_back_up(const Settings& settings,
                                                 catalogue::Catalogue::Access access,
                                                 std::optional<catalogue::Catalogue>& opened);

}  // namespace csb::app
