#include <algorithm>
#include <cstring>
#include <set>

#include "changes.hpp"
#include "commit_object.hpp"
#include "csb/archive/store.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "loose_objects.hpp"
#include "refs.hpp"
#include "sha1.hpp"
#include "store_state.hpp"

namespace csb::archive {
namespace {

constexpr std::size_t kTreesKept = 512;

StoredEntry::Kind kind_of(std::uint32_t mode) {
  switch (mode) {
    case kModeTree:
      return StoredEntry::Kind::directory;
    case kModeLink:
      return StoredEntry::Kind::symlink;
    case kModeSubmodule:
      return StoredEntry::Kind::submodule;
    default:
      return StoredEntry::Kind::file;
  }
}

/// A branch whose newest tree is damaged is still a branch.
bool is_by_csb(const Store& store, const Oid& tip) {
  try {
    return store.find(tip, std::string(kFormatPath)).has_value();
  } catch (const Error&) {
    return false;
  }
}

/// What libgit2 finds of branches, sorted. @param listed their names, and those of symbolic refs
std::vector<Branch> list_branches(const Store& store, git_repository* repository,
                                  std::set<std::string>& listed) {
  std::vector<Branch> branches;
  git2::Handle<git_reference_iterator> iterator;
  git2::check(git2::reference_iterator_new(git2::out(iterator), repository), "cannot list the refs");
  for (;;) {
    git2::Handle<git_reference> reference;
    const int code = git2::reference_next(git2::out(reference), iterator.get());
    if (code == GIT_ITEROVER) break;
    git2::check(code, "cannot list the refs");
    const std::string name = git2::reference_name(reference.get());
    if (!name.starts_with("refs/heads/") && !name.starts_with("refs/remotes/")) continue;
    listed.insert(name);
    git2::Handle<git_reference> direct;
    const git_oid* target = git2::reference_target(reference.get());
    if (target == nullptr) {  // symbolic; any other is not read once more, which may fail
      if (git2::reference_resolve(git2::out(direct), reference.get()) < 0) continue;  // and dangling
      target = git2::reference_target(direct.get());
    }
    const Oid oid = from_git(*target);
    branches.push_back({name, oid, is_by_csb(store, oid)});
  }
  std::sort(branches.begin(), branches.end(), [](const Branch& a, const Branch& b) { return a.ref < b.ref; });
  return branches;
}

}  // namespace

git_oid to_git(const Oid& oid) {
  git_oid raw{};
  std::memcpy(raw.id, oid.bytes.data(), oid.bytes.size());
  return raw;
}

Oid from_git(const git_oid& raw) {
  Oid oid;
  std::memcpy(oid.bytes.data(), raw.id, oid.bytes.size());
  return oid;
}

std::optional<Store::State::Object> Store::State::read(const Oid& oid, std::string& why) const {
  try {
    if (auto loose = read_loose_object(git_dir, oid)) return Object{loose->type, std::move(loose->content)};
  } catch (const Error& error) {
    why = error.what();
    return std::nullopt;
  }
  const git_oid raw = to_git(oid);
  git2::Handle<git_odb_object> object;
  int code = git2::odb_read(git2::out(object), odb.get(), &raw);
  if (code < 0) {
    // A concurrent run or gc may have exchanged the packs since they were listed.
    git2::odb_refresh(odb.get());
    code = git2::odb_read(git2::out(object), odb.get(), &raw);
  }
  if (code < 0) {
    why = code == GIT_ENOTFOUND ? "it is missing" : git2::last_message();
    return std::nullopt;
  }
  const auto* data = static_cast<const std::byte*>(git2::odb_object_data(object.get()));
  Object result{static_cast<ObjectType>(git2::odb_object_type(object.get())),
                Bytes(data, data + git2::odb_object_size(object.get()))};
  if (object_id(type_name(result.type), result.content) != oid) {
    why = "its content does not match its name";
    return std::nullopt;
  }
  return result;
}

Store::State::Object Store::State::require(const Oid& oid) const {
  std::string why;
  auto object = read(oid, why);
  if (!object)
    throw Error(ErrorCode::failed, "cannot read object " + oid.hex() + " of the store: " + why,
                "run `csb verify` to see what is affected, `csb verify --repair` to mend it");
  return std::move(*object);
}

ParsedCommit Store::State::commit(const Oid& oid) const {
  const Object object = require(oid);
  auto commit = object.type == ObjectType::commit ? parse_commit(object.content) : std::nullopt;
  if (!commit) throw Error(ErrorCode::failed, "object " + oid.hex() + " of the store is no commit");
  if (shallow.contains(oid)) commit->parents.clear();
  return std::move(*commit);
}

const std::vector<TreeItem>& Store::State::tree(const Oid& oid) {
  if (const auto found = trees.find(oid); found != trees.end()) return found->second;
  const Object object = require(oid);
  auto items = parse_tree(object.content);
  if (object.type != ObjectType::tree || !items)
    throw Error(ErrorCode::failed, "object " + oid.hex() + " of the store is no tree");
  if (trees.size() >= kTreesKept) trees.clear();
  return trees.emplace(oid, std::move(*items)).first->second;
}

std::uint64_t Store::State::object_size(const Oid& oid) const {
  if (const auto loose = read_loose_object(git_dir, oid)) return loose->content.size();
  const git_oid raw = to_git(oid);
  std::size_t size = 0;
  git_object_t type{};
  git2::check(git2::odb_read_header(&size, &type, odb.get(), &raw), "cannot read object " + oid.hex());
  return size;
}

std::optional<Oid> Store::tip(const std::string& branch) const {
  git_oid oid{};
  const int code = git2::reference_name_to_id(&oid, state_->repository.get(), branch.c_str());
  if (code == GIT_ENOTFOUND) return std::nullopt;
  git2::check(code, "cannot read the branch '" + branch + "'");
  return from_git(oid);
}

std::vector<Branch> Store::branches() const {
  constexpr int kTries = 3;  // another git may be making branches
  std::string left_out;
  for (int n = 0; n < kTries; ++n) {
    std::set<std::string> listed;
    std::vector<Branch> branches = list_branches(*this, state_->repository.get(), listed);
    auto unlisted = find_unlisted(state_->git_dir, listed);
    if (!unlisted) return branches;
    left_out = std::move(*unlisted);
  }
  throw Error(ErrorCode::failed, "the branch '" + left_out + "' could not be read", "try again");
}

CommitInfo Store::commit(const Oid& oid) const {
  ParsedCommit parsed = state_->commit(oid);
  CommitInfo info;
  info.oid = oid;
  info.tree = parsed.tree;
  info.parents = std::move(parsed.parents);
  info.time_ns = parsed.seconds * kNsPerSecond;
  info.message = std::move(parsed.message);
  for (const TreeItem& item : state_->tree(info.tree))
    if (item.name == kReserved && item.is_tree())
      for (const TreeItem& inner : state_->tree(item.oid)) info.by_csb |= inner.name == "format";
  return info;
}

std::vector<CommitInfo> Store::history(const Oid& tip, const std::optional<Oid>& after) const {
  std::vector<CommitInfo> commits;
  for (std::optional<Oid> at = tip; at && at != after;) {
    commits.push_back(commit(*at));
    const auto& parents = commits.back().parents;
    at = parents.empty() ? std::nullopt : std::optional(parents.front());
  }
  std::reverse(commits.begin(), commits.end());
  return commits;
}

std::optional<StoredEntry> Store::find(const Oid& commit, const std::string& path) const {
  TreeItem at{"", kModeTree, state_->commit(commit).tree};
  for (std::string_view rest = path; !rest.empty();) {
    const auto slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    if (!at.is_tree()) return std::nullopt;
    const auto& items = state_->tree(at.oid);
    const auto found =
        std::find_if(items.begin(), items.end(), [&](const TreeItem& i) { return i.name == name; });
    if (found == items.end()) return std::nullopt;
    TreeItem next = *found;  // the cache may drop `items` before the next step
    at = std::move(next);
    rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  }
  return state_->entry(path, at);
}

StoredEntry Store::State::entry(const std::string& path, const TreeItem& item) {
  StoredEntry entry;
  entry.path = path;
  entry.git_mode = item.mode;
  entry.oid = item.oid;
  entry.kind = kind_of(item.mode);
  if (!item.is_tree()) {
    if (entry.kind != StoredEntry::Kind::submodule) entry.slices = {item.oid};
    return entry;
  }
  const auto& items = tree(item.oid);
  if (!is_sliced_file(items)) return entry;
  entry.kind = StoredEntry::Kind::file;
  entry.git_mode = kModeFile;
  for (const TreeItem& slice : items) entry.slices.push_back(slice.oid);
  return entry;
}

void Store::State::walk(const std::string& path, const Oid& oid, int depth,
                        const std::function<void(const StoredEntry&)>& visit) {
  constexpr int kDeepest = 512;  // a hostile tree may be any deep; no path a file system takes is deeper
  if (depth > kDeepest)
    throw Error(ErrorCode::failed, "the tree at '" + path.substr(0, 200) + "…' is nested too deep");
  const std::vector<TreeItem> items = tree(oid);  // a copy: the cache may drop it while deeper trees are read
  for (const TreeItem& item : items) {
    if (depth == 0 && path.empty() && item.name == kReserved) continue;
    const std::string child = path.empty() ? item.name : path + "/" + item.name;
    const StoredEntry found = entry(child, item);
    if (found.kind == StoredEntry::Kind::directory) {
      walk(child, item.oid, depth + 1, visit);
    } else {
      visit(found);
    }
  }
}

void Store::for_each_file(const Oid& commit_oid, const std::string& prefix,
                          const std::function<void(const StoredEntry&)>& visit) const {
  if (prefix.empty()) return state_->walk("", commit(commit_oid).tree, 0, visit);
  const auto entry = find(commit_oid, prefix);
  if (!entry) return;
  if (entry->kind != StoredEntry::Kind::directory) return visit(*entry);
  state_->walk(prefix, entry->oid, 0, visit);
}

void Store::read(const StoredEntry& entry,
                 const std::function<void(std::span<const std::byte>)>& sink) const {
  for (const Oid& slice : entry.slices) sink(state_->require(slice).content);
}

std::uint64_t Store::size(const StoredEntry& entry) const {
  if (entry.slices.empty()) return 0;
  return (entry.slices.size() - 1) * kSliceBytes + state_->object_size(entry.slices.back());
}

std::string Store::read_text(const StoredEntry& entry, std::size_t limit) const {
  std::string text;
  read(entry, [&](std::span<const std::byte> piece) {
    if (text.size() + piece.size() > limit)
      throw Error(ErrorCode::failed, "'" + entry.path + "' of the store is too large to read whole");
    text += as_text(piece);
  });
  return text;
}

std::vector<std::byte> Store::read_blob(const Oid& oid) const { return state_->require(oid).content; }

}  // namespace csb::archive
