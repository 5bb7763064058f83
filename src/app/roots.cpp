#include "csb/app/roots.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "csb/app/open_catalogue.hpp"
#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_ai/source.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

/// Every source there is. In the order in which they are listed to people.
std::array<const source::Source*, 2> all_sources() { return {&claude_code::source(), &claude_ai::source()}; }

std::string prefix_of(const Settings& settings) { return "refs/heads/" + settings.machine + "/"; }

/// FNV-1a: tells two directories of one name apart, and is the same on every machine.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// What a person would call this directory: "work" for ~/.claude-work, "bob" for /home/bob/.claude.
std::string name_of(std::string_view directory) {
  constexpr std::string_view kPrefix = "claude-";
  std::string name = ref_component(base_name(directory));
  if (name == "claude") name = ref_component(base_name(parent_path(directory)));
  if (name.starts_with(kPrefix) && name.size() > kPrefix.size()) name.erase(0, kPrefix.size());
  return name;
}

using Recorded = std::vector<RecordedRoot>;

/// Hands out branches that nobody has.
class Branches {
 public:
  Branches(const Settings& settings, const Recorded& recorded) : settings_(settings), recorded_(recorded) {}

  [[nodiscard]] std::optional<std::string> on_record(const std::string& directory) const {
    for (const RecordedRoot& root : recorded_)
      if (root.directory == directory && is_own_branch(settings_, root.branch) &&
          &source_of_branch(root.branch) == &claude_code::source())
        return root.branch;
    return std::nullopt;
  }

  [[nodiscard]] bool is_free(const std::string& branch) const {
    // A file system may not tell cases apart.
    const auto is_it = [&](const std::string& other) { return ascii_lower(other) == ascii_lower(branch); };
    return std::none_of(taken_.begin(), taken_.end(), is_it) &&
           std::none_of(recorded_.begin(), recorded_.end(),
                        [&](const RecordedRoot& root) { return is_it(root.branch); });
  }

  /// No directory that still exists is on record for it: it belongs to the next who comes, whose files then
  /// tell whether he is its old one under a new name.
  [[nodiscard]] bool may_have_moved(const std::string& branch) const {
    return std::none_of(recorded_.begin(), recorded_.end(), [&](const RecordedRoot& root) {
      return root.branch == branch && fs::is_directory(root.directory);
    });
  }

  [[nodiscard]] std::string new_for(const std::string& directory) const {
    const std::string plain = settings_.branch() + "-" + name_of(directory);
    return is_free(plain) ? plain : fmt::format("{}-{:08x}", plain, hash_of(directory));
  }

  void take(const std::string& branch) { taken_.push_back(branch); }

 private:
  const Settings& settings_;
  const Recorded& recorded_;
  std::vector<std::string> taken_;
};

/// What branches of this machine say of themselves in the store.
Recorded recorded_in_store(const Settings& settings) {
  Recorded recorded;
  if (!fs::is_directory(settings.store)) return recorded;
  const archive::Store store = archive::Store::open(settings.store);
  for (const archive::Branch& branch : store.branches())
    if (branch.by_csb && is_own_branch(settings, branch.ref))
      recorded.push_back({branch.ref, store.root_of(branch.tip).value_or(std::string())});
  return recorded;
}

Recorded recorded_in(const catalogue::Catalogue& catalogue) {
  Recorded recorded;
  for (const catalogue::Root& root : catalogue.roots()) recorded.push_back({root.branch, root.path});
  return recorded;
}

}  // namespace

const source::Source* find_source(std::string_view name) {
  for (const source::Source* source : all_sources())
    if (source->name() == name) return source;
  return nullptr;
}

std::vector<std::string> source_names() {
  std::vector<std::string> names;
  for (const source::Source* source : all_sources()) names.emplace_back(source->name());
  return names;
}

const source::Source& source_of_branch(std::string_view branch) {
  const source::Source* named = find_source(base_name(branch));
  return named != nullptr ? *named : claude_code::source();
}

bool is_own_branch(const Settings& settings, std::string_view branch) {
  const std::string prefix = prefix_of(settings);
  if (!branch.starts_with(prefix)) return false;
  branch.remove_prefix(prefix.size());
  return branch == "claude.ai" || branch == "claude-code" || branch.starts_with("claude-code-");
}

Root mirror_root(const Settings& settings) {
  const source::Source& chats = claude_ai::source();
  return {&chats, settings.mirror(), prefix_of(settings) + std::string(chats.name())};
}

std::vector<Root> roots_of(const Settings& settings, const Recorded& recorded) {
  std::vector<std::string> directories{settings.claude_dir};
  directories.insert(directories.end(), settings.more_claude_dirs.begin(), settings.more_claude_dirs.end());
  Branches branches(settings, recorded);
  std::vector<Root> roots;
  bool first_is_free = branches.may_have_moved(settings.branch());
  for (const std::string& directory : directories) {
    roots.push_back({&claude_code::source(), directory, branches.on_record(directory).value_or("")});
    if (roots.back().branch == settings.branch()) first_is_free = false;
    if (!roots.back().branch.empty()) branches.take(roots.back().branch);
  }
  for (Root& root : roots) {
    if (!root.branch.empty()) continue;
    root.branch = first_is_free ? settings.branch() : branches.new_for(root.directory);
    first_is_free = false;
    branches.take(root.branch);
  }
  if (fs::is_directory(settings.mirror())) roots.push_back(mirror_root(settings));
  return roots;
}

std::vector<Root> roots_of(const Settings& settings, const catalogue::Catalogue* catalogue) {
  return roots_of(settings, catalogue != nullptr ? recorded_in(*catalogue) : Recorded());
}

std::vector<Root> roots_to_back_up(const Settings& settings, catalogue::Catalogue::Access access,
                                   std::optional<catalogue::Catalogue>& opened) {
  if (fs::exists(settings.catalogue_file())) {
    try {
      opened = catalogue::Catalogue::open(settings.catalogue_file(), access);
      const Recorded recorded = recorded_in(*opened);
      if (is_of_this_store(*opened, settings) && !recorded.empty()) return roots_of(settings, recorded);
    } catch (const std::exception&) {
      // It is about to be repaired or set aside, by the run that needs it; the store knows as well.
    }
    opened.reset();
  }
  return roots_of(settings, recorded_in_store(settings));
}

}  // namespace csb::app
