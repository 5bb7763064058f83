#include "tree.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

namespace csb::archive {
namespace {

constexpr std::string_view kSliceSuffix = ".csb";

void put(Bytes& out, std::string_view text) {
  const auto bytes = as_bytes(text);
  out.insert(out.end(), bytes.begin(), bytes.end());
}

/// Git's order: byte order of the names, a directory counting as if it ended in '/'.
bool sorts_before(const TreeItem& a, const TreeItem& b) {
  const std::size_t common = std::min(a.name.size(), b.name.size());
  if (const int order = std::memcmp(a.name.data(), b.name.data(), common); order != 0) return order < 0;
  const auto next = [common](const TreeItem& item) {
    if (common < item.name.size()) return static_cast<unsigned char>(item.name[common]);
    return static_cast<unsigned char>(item.is_tree() ? '/' : '\0');
  };
  return next(a) < next(b);
}

/// The edits as a directory hierarchy.
struct EditNode {
  std::optional<TreeEdit> leaf;  // what is to be at this very path
  std::map<std::string, EditNode, std::less<>> children;
};

EditNode make_hierarchy(const std::vector<TreeEdit>& edits) {
  EditNode top;
  for (const TreeEdit& edit : edits) {
    if (!is_safe_tree_path(edit.path))
      throw Error(ErrorCode::failed, "git cannot store the path '" + edit.path + "'");
    EditNode* node = &top;
    std::string_view rest = edit.path;
    while (!rest.empty()) {
      const auto slash = rest.find('/');
      node = &node->children[std::string(rest.substr(0, slash))];
      rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    // A file that makes way for a directory of its name is removed and added in one go: what stays counts.
    if (!node->leaf || edit.mode != 0) node->leaf = edit;
  }
  return top;
}

class Editor {
 public:
  explicit Editor(const TreeStore& store) : store_(store) {}

  /// @return the id of the new directory; null when it became empty
  Oid apply(const Oid& old, const EditNode& node) {
    std::map<std::string, TreeItem, std::less<>> items;
    for (TreeItem& item : read(old)) items.insert_or_assign(item.name, item);
    for (const auto& [name, child] : node.children) {
      const auto found = items.find(name);
      const std::optional<TreeItem> before =
          found == items.end() ? std::nullopt : std::optional(found->second);
      const std::optional<TreeItem> after = resolve(name, before, child);
      if (after) {
        items.insert_or_assign(name, *after);
      } else if (found != items.end()) {
        items.erase(found);
      }
    }
    if (items.empty()) return {};
    std::vector<TreeItem> list;
    list.reserve(items.size());
    for (auto& [name, item] : items) list.push_back(std::move(item));
    return store_.write(write_tree(std::move(list)), old);
  }

 private:
  std::vector<TreeItem> read(const Oid& oid) {
    if (oid.is_null()) return {};
    const auto raw = store_.read(oid);
    auto items = raw ? parse_tree(*raw) : std::nullopt;
    if (!items)
      throw Error(ErrorCode::failed, "the store's tree " + oid.hex() + " is missing or damaged",
                  "run `csb verify --repair`");
    if (is_sliced_file(*items)) items->clear();  // a file gives way to a directory
    return std::move(*items);
  }

  std::optional<TreeItem> resolve(const std::string& name, const std::optional<TreeItem>& before,
                                  const EditNode& node) {
    if (!node.children.empty()) {
      const Oid old = before && before->is_tree() ? before->oid : Oid{};
      if (const Oid tree = apply(old, node); !tree.is_null()) return TreeItem{name, kModeTree, tree};
      // The directory is empty now: a file may have taken its place.
    }
    if (node.leaf && node.leaf->mode != 0) return file(name, before, *node.leaf);
    return std::nullopt;
  }

  TreeItem file(const std::string& name, const std::optional<TreeItem>& before, const TreeEdit& edit) {
    if (edit.slices.empty()) throw Error(ErrorCode::failed, "no content was given for '" + edit.path + "'");
    if (S_ISLNK(edit.mode)) return {name, kModeLink, edit.slices.front().blob};
    if (edit.slices.size() == 1)
      return {name, (edit.mode & S_IXUSR) != 0 ? kModeExecutable : kModeFile, edit.slices.front().blob};
    const Oid old = before && before->is_tree() ? before->oid : Oid{};
    return {name, kModeTree, store_.write(write_slices(edit.slices), old)};
  }

  const TreeStore& store_;
};

}  // namespace

std::optional<std::vector<TreeItem>> parse_tree(std::span<const std::byte> raw) {
  std::vector<TreeItem> items;
  std::string_view text = as_text(raw);
  while (!text.empty()) {
    TreeItem item;
    std::size_t at = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '7' && at < 7; ++at)
      item.mode = item.mode * 8 + static_cast<std::uint32_t>(text[at] - '0');
    const auto end = text.find('\0');
    if (at == 0 || at >= text.size() || text[at] != ' ' || end == std::string_view::npos || end <= at ||
        text.size() - end - 1 < item.oid.bytes.size())
      return std::nullopt;
    item.name = text.substr(at + 1, end - at - 1);
    std::memcpy(item.oid.bytes.data(), text.data() + end + 1, item.oid.bytes.size());
    text.remove_prefix(end + 1 + item.oid.bytes.size());
    items.push_back(std::move(item));
  }
  return items;
}

Bytes write_tree(std::vector<TreeItem> items) {
  std::sort(items.begin(), items.end(), sorts_before);
  Bytes raw;
  for (const TreeItem& item : items) {
    std::array<char, 16> mode{};
    std::snprintf(mode.data(), mode.size(), "%o ", item.mode);
    put(raw, mode.data());
    put(raw, item.name);
    raw.push_back(std::byte{0});
    const auto oid = std::as_bytes(std::span(item.oid.bytes));
    raw.insert(raw.end(), oid.begin(), oid.end());
  }
  return raw;
}

std::string slice_name(std::size_t index) {
  std::array<char, 32> name{};
  std::snprintf(name.data(), name.size(), "%06zu.csb", index);
  return name.data();
}

bool is_slice_name(std::string_view name) {
  if (name.size() < 6 + kSliceSuffix.size() || !name.ends_with(kSliceSuffix)) return false;
  name.remove_suffix(kSliceSuffix.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

Bytes write_slices(const StoredSlices& slices) {
  std::vector<TreeItem> items;
  items.reserve(slices.size());
  for (std::size_t i = 0; i < slices.size(); ++i) items.push_back({slice_name(i), kModeFile, slices[i].blob});
  return write_tree(std::move(items));
}

bool is_sliced_file(const std::vector<TreeItem>& items) {
  return !items.empty() && is_slice_name(items.front().name) && items.front().mode == kModeFile;
}

Oid edit_tree(const TreeStore& store, const Oid& root, const std::vector<TreeEdit>& edits) {
  return Editor(store).apply(root, make_hierarchy(edits));
}

}  // namespace csb::archive
