#include "pack_state.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <sstream>
#include <string_view>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "pack_file.hpp"
#include "pack_names.hpp"
#include "pack_writer.hpp"

namespace csb::archive {
namespace {

/// "pack-" and forty hexadecimal digits; anything else in the state file is not ours to touch.
bool is_pack_name(const std::string& name) {
  return name.size() == 45 && name.starts_with("pack-") &&
         name.find_first_not_of("0123456789abcdef", 5) == std::string::npos;
}

/// What cannot be told must not pass for "is not there": packs are removed on that word.
bool is_there(const std::string& path) {
  struct stat st {};
  if (::lstat(path.c_str(), &st) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  throw errno_error("cannot look at '" + path + "'", errno);
}

void add_unique(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

/// git takes a multi-pack index that names a missing pack for damage. Like `git repack`, csb removes the
/// index: git writes a new one when it wants one.
std::size_t remove_multi_pack_index(const PackPaths& paths, const std::string& pack) {
  constexpr std::string_view kName = "multi-pack-index";
  const auto index = MappedFile::open(paths.directory() + "/" + std::string(kName));
  if (!index || as_text(index->bytes()).find(pack + ".idx") == std::string_view::npos) return 0;
  std::size_t removed = 0;
  for (const std::string& name : fs::list_directory(paths.directory()))  // with its bitmap and reverse index
    if (name.starts_with(kName)) removed += fs::remove_file(paths.directory() + "/" + name) ? 1 : 0;
  return removed;
}

std::size_t remove_pack(const PackPaths& paths, const std::string& name) {
  std::size_t removed = remove_multi_pack_index(paths, name);
  // The index first: a pack without an index is invisible, an index without a pack is an error.
  for (const std::string& path : {paths.index(name), paths.pack(name), paths.keep(name)})
    removed += fs::remove_file(path) ? 1 : 0;
  return removed;
}

/// Files that a killed run was writing. @return how many were removed
std::size_t remove_unfinished(const PackPaths& paths) {
  std::size_t removed = 0;
  const auto sweep = [&removed](const std::string& directory, const auto& is_unfinished) {
    for (const std::string& name : fs::list_directory(directory))
      if (is_unfinished(name)) removed += fs::remove_file(directory + "/" + name) ? 1 : 0;
  };
  sweep(paths.directory(), [](const std::string& name) {
    return name.starts_with(kTemporaryPrefix) ||
           (name.starts_with("pack-") && name.find(".keep.tmp.") != std::string::npos);
  });
  sweep(paths.git_dir + "/csb", [](const std::string& name) { return name.starts_with("state.tmp."); });
  return removed;
}

void clear_exchange(PackState& state) {
  state.next_hot.clear();
  state.next_sealed.clear();
  state.drop.clear();
  state.ref.clear();
}

bool is_current(const PackState& state, const std::string& name) {
  return state.hot == name || std::find(state.sealed.begin(), state.sealed.end(), name) != state.sealed.end();
}

std::vector<std::string> next_packs(const PackState& state) {
  std::vector<std::string> names = state.next_sealed;
  if (!state.next_hot.empty()) names.push_back(state.next_hot);
  return names;
}

/// The new packs become the current ones.
void promote(PackState& state) {
  for (const std::string& name : state.drop) {
    std::erase(state.sealed, name);
    if (state.hot == name) state.hot.clear();
  }
  for (const std::string& name : state.next_sealed) add_unique(state.sealed, name);
  if (!state.next_hot.empty()) state.hot = state.next_hot;
  clear_exchange(state);
}

/// Ends an exchange whose packs are all in place.
std::size_t finish_exchange(const PackPaths& paths, PackState& state) {
  const std::vector<std::string> fresh = next_packs(state), drop = state.drop;
  promote(state);
  write_state(paths, state);
  std::size_t removed = 0;
  for (const std::string& name : fresh) removed += fs::remove_file(paths.keep(name)) ? 1 : 0;
  for (const std::string& name : drop)
    if (std::find(fresh.begin(), fresh.end(), name) == fresh.end()) removed += remove_pack(paths, name);
  return removed;
}

}  // namespace

bool PackPaths::complete(const std::string& name) const {
  return is_there(pack(name)) && is_there(index(name));
}

PackState read_state(const PackPaths& paths) {
  PackState state;
  if (!is_there(paths.state())) return state;
  std::istringstream lines(read_file(paths.state(), std::size_t{16} << 20));
  std::string line;
  while (std::getline(lines, line)) {
    const auto space = line.find(' ');
    if (space == std::string::npos) continue;
    const std::string key = line.substr(0, space), value = line.substr(space + 1);
    if (key == "ref" && value.starts_with("refs/heads/") && value.find("..") == std::string::npos)
      state.ref = value;
    if (!is_pack_name(value)) continue;
    if (key == "hot") state.hot = value;
    if (key == "sealed") add_unique(state.sealed, value);
    if (key == "next-hot") state.next_hot = value;
    if (key == "next-sealed") add_unique(state.next_sealed, value);
    if (key == "drop") add_unique(state.drop, value);
  }
  return state;
}

void write_state(const PackPaths& paths, const PackState& state) {
  std::string text;
  const auto line = [&text](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(key) + ' ' + value + '\n';
  };
  line("hot", state.hot);
  for (const auto& name : state.sealed) line("sealed", name);
  line("next-hot", state.next_hot);
  for (const auto& name : state.next_sealed) line("next-sealed", name);
  for (const auto& name : state.drop) line("drop", name);
  line("ref", state.ref);
  fs::make_directories(paths.git_dir + "/csb");
  fs::replace_file(paths.state(), text);
}

Healed heal(const PackPaths& paths) {
  Healed healed;
  healed.state = read_state(paths);
  PackState& state = healed.state;

  healed.removed += remove_unfinished(paths);
  if (!state.ref.empty())
    healed.removed += fs::remove_file(paths.git_dir + "/" + state.ref + ".lock") ? 1 : 0;
  const std::vector<std::string> next = next_packs(state);
  if (!next.empty() &&
      std::all_of(next.begin(), next.end(), [&](const auto& name) { return paths.complete(name); })) {
    fs::sync_directory(paths.directory());
    healed.removed += finish_exchange(paths, state);
  } else if (!next.empty()) {
    // The ref moves only after every new pack is in place, so nothing needs these; but a gc that is under way
    // may have left out what it saw in a complete one, which is therefore kept.
    for (const std::string& name : next) {
      if (is_current(state, name)) continue;
      if (paths.complete(name)) {
        add_unique(state.sealed, name);
      } else {
        healed.removed += remove_pack(paths, name);
      }
    }
    clear_exchange(state);
    write_state(paths, state);
  } else if (!state.ref.empty()) {
    clear_exchange(state);
    write_state(paths, state);
  }

  for (const std::string& name :
       fs::list_directory(paths.directory())) {  // left when the state file was lost with the power
    const std::string path = paths.directory() + "/" + name;
    if (name.ends_with(".keep") && fs::exists(path) && read_file(path) == kKeepText)
      healed.removed += fs::remove_file(path) ? 1 : 0;
  }
  if (!state.hot.empty() && !paths.complete(state.hot)) state.hot.clear();
  std::erase_if(state.sealed, [&](const std::string& name) { return !paths.complete(name); });
  return healed;
}

PackExchange::PackExchange(const PackPaths& paths, PackState& state, PackWriter* hot,
                           const std::vector<PackWriter*>& sealed, bool keep_hot,
                           std::vector<std::string> drop, std::string ref)
    : paths_(paths), state_(state) {
  std::vector<PackWriter*> writers = sealed;
  if (hot != nullptr) writers.push_back(hot);
  if (hot != nullptr) state.next_hot = hot->name();
  for (const PackWriter* writer : sealed) state.next_sealed.push_back(writer->name());
  if (hot == nullptr && !keep_hot && !state.hot.empty() &&
      std::find(drop.begin(), drop.end(), state.hot) == drop.end()) {
    add_unique(state.sealed, state.hot);
    state.hot.clear();
  }
  state.drop = std::move(drop);
  state.ref = std::move(ref);
  write_state(paths_, state);
  for (const PackWriter* writer : writers) fs::replace_file(paths_.keep(writer->name()), kKeepText);
  for (PackWriter* writer : writers) writer->publish();
  fs::sync_directory(paths_.directory());
}

void PackExchange::complete() { finish_exchange(paths_, state_); }

void PackExchange::abandon() noexcept {
  try {
    if (!state_.drop.empty()) {
      // The new packs hold all of those they supersede, and a gc that is under way may count on them.
      finish_exchange(paths_, state_);
      return;
    }
    for (const std::string& name : next_packs(state_))
      if (!is_current(state_, name)) remove_pack(paths_, name);
    clear_exchange(state_);
    write_state(paths_, state_);
  } catch (const Error&) {
    // The next run heals what could not be removed now: the state file still names it.
  }
}

}  // namespace csb::archive
