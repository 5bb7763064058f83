#include "pack_state.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "pack_names.hpp"
#include "pack_writer.hpp"

namespace csb::archive {
namespace {

/// "pack-" and forty hexadecimal digits; anything else in the state file is not ours to touch.
bool is_pack_name(const std::string& name) {
  return name.size() == 45 && name.starts_with("pack-") &&
         name.find_first_not_of("0123456789abcdef", 5) == std::string::npos;
}

void add_unique(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::size_t remove_pack(const PackPaths& paths, const std::string& name) {
  std::size_t removed = 0;
  // The index first: a pack without an index is invisible, an index without a pack is an error.
  for (const std::string& path : {paths.index(name), paths.pack(name), paths.keep(name)})
    removed += fs::remove_file(path) ? 1 : 0;
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
  return fs::exists(pack(name)) && fs::exists(index(name));
}

PackState read_state(const PackPaths& paths) {
  PackState state;
  if (!fs::exists(paths.state())) return state;
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

  const auto names = fs::list_directory(paths.directory());
  for (const std::string& name : names)
    if (name.starts_with(kTemporaryPrefix))
      healed.removed += fs::remove_file(paths.directory() + "/" + name) ? 1 : 0;

  if (!state.ref.empty())
    healed.removed += fs::remove_file(paths.git_dir + "/" + state.ref + ".lock") ? 1 : 0;
  const std::vector<std::string> next = next_packs(state);
  if (!next.empty() &&
      std::all_of(next.begin(), next.end(), [&](const auto& name) { return paths.complete(name); })) {
    fs::sync_directory(paths.directory());
    healed.removed += finish_exchange(paths, state);
  } else if (!next.empty()) {
    // The ref moves only after every new pack is in place: nothing needs these.
    for (const std::string& name : next)
      if (!is_current(state, name)) healed.removed += remove_pack(paths, name);
    clear_exchange(state);
    write_state(paths, state);
  } else if (!state.ref.empty()) {
    clear_exchange(state);
    write_state(paths, state);
  }

  for (const std::string& name : names) {  // left when the state file was lost with the power
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
    for (const std::string& name : next_packs(state_))
      if (!is_current(state_, name)) remove_pack(paths_, name);
    clear_exchange(state_);
    write_state(paths_, state_);
  } catch (const Error&) {
    // The next run heals what could not be removed now: the state file still names it.
  }
}

}  // namespace csb::archive
