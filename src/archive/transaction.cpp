#include "csb/archive/transaction.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_set>

#include "changes.hpp"
#include "commit_object.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "hot_pack.hpp"
#include "pack_state.hpp"
#include "refs.hpp"
#include "sha1.hpp"
#include "store_lock.hpp"
#include "store_state.hpp"

namespace csb::archive {

struct Transaction::State {
  State(Store& s, std::chrono::milliseconds patience)
      : store(s), lock(lock_store(s.git_dir(), patience)), paths{s.git_dir()}, packs(heal(paths).state) {
    if (!packs.hot.empty()) open_hot_pack();
  }

  /// What becomes of the hot pack.
  enum class Fate {
    undecided,
    none,     ///< there is none
    carried,  ///< all of it into the new pack
    split,    ///< growing slices into the new pack, the rest into a sealed one
    kept,     ///< stays hot beside the new pack, which is sealed at once
    retired,  ///< sealed as it is; the new pack is hot
  };

  Store& store;
  FileLock lock;
  PackPaths paths;
  PackState packs;
  std::optional<PackFile> hot;
  Fate fate = Fate::undecided;

  std::mutex mutex;  // guards what add_slice() touches from several threads: all down to `superseded`
  std::unique_ptr<PackWriter> fresh;
  std::unordered_set<Oid> stored;  // in the store already, or being written
  Placement placed;                // objects of the new pack
  SupersededMap superseded;
  std::uint64_t growing_bytes = 0;  // compressed, of new versions of slices that are not full

  std::unique_ptr<PackWriter> rest;  // what a split seals
  Placement placed_in_rest;
  std::unordered_map<Oid, Bytes> trees;  // made by this transaction
  struct PendingTree {
    Oid oid, old;
  };
  std::vector<PendingTree> pending_trees;  // of them, not written yet; subtrees first
  struct Move {
    std::optional<Oid> from;
    Oid to;
  };
  std::map<std::string, Move> refs;
  std::map<std::string, Oid> last_tree;  // of the commits made so far, by branch

  /// A damaged hot pack must not stop a backup: it is left where it is, for `csb verify --repair`, and a new
  /// one begun.
  void open_hot_pack() {
    try {
      hot = PackFile::open(paths.pack(packs.hot));
      if (hot && hot->checksums_match()) return;
    } catch (const Error&) {
      // fall through: unreadable is as good as damaged
    }
    hot.reset();
    packs.sealed.push_back(std::exchange(packs.hot, {}));
  }

  PackWriter& writer() {
    if (!fresh) {
      fs::make_directories(paths.directory());
      fresh = std::make_unique<PackWriter>(paths.directory());
    }
    return *fresh;
  }

  [[nodiscard]] bool in_hot(const Oid& oid) const { return hot && hot->find(oid) != PackedEntry::kNoBase; }
  [[nodiscard]] bool in_store(const Oid& oid) const {
    const git_oid raw = to_git(oid);
    return in_hot(oid) || git2::odb_exists(store.state().odb.get(), &raw) == 1;
  }
  /// Claims the writing of an object. @return false when somebody has it
  bool claim(const Oid& oid) {
    const std::lock_guard hold(mutex);
    if (in_hot(oid)) return false;
    if (!stored.insert(oid).second) return false;
    writer();
    return true;
  }

  std::uint64_t write_object(const Oid& oid, ObjectType type, std::span<const std::byte> content);
  Oid add_object(ObjectType type, std::span<const std::byte> content);
  void note_superseded(const PriorSlice& prior, const Oid& by, std::span<const std::byte> data, bool extends);
  void settle_hot_pack();
  std::optional<Bytes> read_tree(const Oid& oid);
  Oid note_tree(const Bytes& raw, const Oid& old);
  void write_tree_object(const Oid& oid, const Oid& old);
  void write_trees(const Oid& superfluous);
  StoredSlices add_file(std::string_view text);
  Oid commit_tree(const Oid& parent_tree, const CommitRequest& request);
  void exchange_and_move(WriteStats& stats);
};

/// @return the compressed size
std::uint64_t Transaction::State::write_object(const Oid& oid, ObjectType type,
                                               std::span<const std::byte> content) {
  thread_local Bytes stream;
  deflate(content, stream);
  const std::uint64_t at = fresh->append(oid, type, content.size(), stream);
  const std::lock_guard hold(mutex);
  placed.emplace(oid, Placed{at, 0});
  return stream.size();
}

Oid Transaction::State::add_object(ObjectType type, std::span<const std::byte> content) {
  const Oid oid = object_id(type_name(type), content);
  if (claim(oid)) write_object(oid, type, content);
  return oid;
}

/// Remembers that a version in the hot pack has a successor, so that it can become a delta on it.
void Transaction::State::note_superseded(const PriorSlice& prior, const Oid& by,
                                         std::span<const std::byte> data, bool extends) {
  if (!in_hot(prior.blob)) return;
  Superseded note{by, data.size(), std::nullopt};
  if (!extends) {
    const auto old = hot->content(hot->find(prior.blob));
    if (old) note.delta = splice_delta(data, *old);
    if (!note.delta) return;  // it stays as it is
  }
  const std::lock_guard hold(mutex);
  superseded.emplace(prior.blob, std::move(note));
}

/// Decides what becomes of the hot pack, now that all slices are in, and carries its objects over before
/// the first tree is written: trees are deltas on their predecessors.
void Transaction::State::settle_hot_pack() {
  if (fate != Fate::undecided) return;
  const std::uint64_t fresh_bytes = fresh ? fresh->bytes() : 0;
  if (!hot) {
    fate = Fate::none;
    return;
  }
  if (superseded.empty() && fresh_bytes > kHotLimit / 2) {  // nothing in it has a part in this backup
    fate = Fate::kept;
    return;
  }
  HotSplit split = split_hot_pack(*hot, superseded);
  if (fresh_bytes + hot->size() <= kHotLimit || split.closed_bytes < kHotLimit / 2) {
    fate = Fate::carried;
    carry_over(*hot, std::vector<bool>(hot->entries().size(), true), superseded, writer(), placed);
    return;
  }
  if (std::find(split.stays.begin(), split.stays.end(), true) == split.stays.end()) {
    fate = Fate::retired;
    return;
  }
  fate = Fate::split;
  carry_over(*hot, split.stays, superseded, writer(), placed);
  split.stays.flip();
  rest = std::make_unique<PackWriter>(paths.directory());
  carry_over(*hot, split.stays, {}, *rest, placed_in_rest);
}

std::optional<Bytes> Transaction::State::read_tree(const Oid& oid) {
  if (const auto found = trees.find(oid); found != trees.end()) return found->second;
  if (in_hot(oid)) return hot->content(hot->find(oid));
  std::string why;
  auto object = store.state().read(oid, why);
  if (!object || object->type != ObjectType::tree) return std::nullopt;
  return std::move(object->content);
}

/// A tree is only remembered here; write_trees() writes those that the commit really needs.
Oid Transaction::State::note_tree(const Bytes& raw, const Oid& old) {
  const Oid oid = object_id("tree", raw);
  if (oid != old && trees.emplace(oid, raw).second) pending_trees.push_back({oid, old});
  return oid;
}

void Transaction::State::write_tree_object(const Oid& oid, const Oid& old) {
  const Bytes& raw = trees.at(oid);
  if (!claim(oid)) return;
  const auto base = placed.find(old);
  if (base != placed.end() && base->second.depth + 1 < kDeepest) {
    const auto before = read_tree(old);
    if (const auto delta = before ? splice_delta(*before, raw) : std::nullopt) {
      const std::uint64_t at = fresh->append_delta(oid, base->second.offset, *delta);
      placed.emplace(oid, Placed{at, base->second.depth + 1});
      return;
    }
  }
  write_object(oid, ObjectType::tree, raw);
}

/// @param superfluous the root before csb's own files were added to it: no commit needs it
void Transaction::State::write_trees(const Oid& superfluous) {
  for (const PendingTree& tree : std::exchange(pending_trees, {}))
    if (tree.oid != superfluous) write_tree_object(tree.oid, tree.old);
}

/// csb's own files follow the rule of all others: larger than a slice means sliced.
StoredSlices Transaction::State::add_file(std::string_view text) {
  StoredSlices slices;
  auto rest_of_it = as_bytes(text);
  do {
    const auto piece = rest_of_it.first(std::min(rest_of_it.size(), kSliceBytes));
    slices.push_back({add_object(ObjectType::blob, piece), 0});
    rest_of_it = rest_of_it.subspan(piece.size());
  } while (!rest_of_it.empty());
  return slices;
}

/// @return the new root tree, or null when the request changes nothing
Oid Transaction::State::commit_tree(const Oid& parent_tree, const CommitRequest& request) {
  for (const TreeEdit& edit : request.edits)
    if (edit.path == kReserved || edit.path.starts_with(".csb/"))
      throw Error(ErrorCode::failed, "'" + edit.path + "' is reserved in the archive");
  const TreeStore tree_store{[this](const Oid& oid) { return read_tree(oid); },
                             [this](const Bytes& raw, const Oid& old) { return note_tree(raw, old); }};
  const Oid edited = edit_tree(tree_store, parent_tree, request.edits);
  if (edited == parent_tree && !request.foreign && request.changes.empty()) return {};
  // The root's predecessor is the parent commit's: `edited` itself is never written.
  std::vector<TreeEdit> own;
  const auto own_file = [&](std::string_view path, std::string_view text) {
    own.push_back({std::string(path), kModeFile, add_file(text)});
  };
  own_file(kFormatPath, kFormatText);
  own_file(kChangesPath, write_changes(request.changes));
  if (!request.root.empty()) own_file(kRootPath, write_root(request.root));
  if (request.foreign && !request.foreign->empty()) own_file(kForeignPath, *request.foreign);
  if (request.foreign && request.foreign->empty()) own.push_back({std::string(kForeignPath), 0, {}});
  const Oid root = edit_tree(tree_store, edited, own);
  for (PendingTree& tree : pending_trees)
    if (tree.oid == root) tree.old = parent_tree;
  write_trees(root == edited ? Oid{} : edited);
  return root;
}

Transaction::Transaction(Store& store, std::chrono::milliseconds patience)
    : state_(std::make_unique<State>(store, patience)) {}
Transaction::~Transaction() = default;

void Transaction::assume_stored(const StoredSlices& slices) {
  const std::lock_guard hold(state_->mutex);
  for (const StoredSlice& slice : slices)
    if (state_->in_store(slice.blob)) state_->stored.insert(slice.blob);
}

bool Transaction::has(const StoredSlices& slices) {
  const std::lock_guard hold(state_->mutex);
  return std::all_of(slices.begin(), slices.end(), [this](const StoredSlice& slice) {
    return state_->stored.contains(slice.blob) || state_->in_store(slice.blob);
  });
}

AddedSlice Transaction::add_slice(std::span<const std::byte> data, const std::optional<PriorSlice>& prior) {
  if (data.size() > kSliceBytes) throw Error(ErrorCode::failed, "a slice is longer than the format allows");
  AddedSlice added;
  added.slice = {blob_id(data), tail_checksum(data)};
  if (prior) {
    added.extends_prior = prior->size <= data.size() &&
                          (prior->size == data.size() ? added.slice.blob == prior->blob
                                                      : blob_id(data.first(prior->size)) == prior->blob);
  }
  if (!state_->claim(added.slice.blob)) return added;
  const std::uint64_t stored = state_->write_object(added.slice.blob, ObjectType::blob, data);
  if (!prior) return added;
  state_->note_superseded(*prior, added.slice.blob, data, added.extends_prior);
  if (data.size() < kSliceBytes) {
    const std::lock_guard hold(state_->mutex);
    state_->growing_bytes += stored;
  }
  return added;
}

std::optional<Oid> Transaction::commit(const CommitRequest& request) {
  State& s = *state_;
  require_own_branch(request.branch);
  s.settle_hot_pack();
  const auto moved = s.refs.find(request.branch);
  const std::optional<Oid> parent = moved != s.refs.end() ? moved->second.to : s.store.tip(request.branch);
  if (!parent) require_no_collision(s.store, request.branch);
  Oid parent_tree;
  if (parent)
    parent_tree = moved != s.refs.end() ? s.last_tree.at(request.branch) : s.store.commit(*parent).tree;
  const Oid tree = s.commit_tree(parent_tree, request);
  if (tree.is_null()) return std::nullopt;
  const Bytes raw = write_commit(identity(s.store.state()), tree, parent, request.time_ns, request.message);
  const Oid oid = s.add_object(ObjectType::commit, raw);
  if (moved == s.refs.end()) {
    s.refs.emplace(request.branch, State::Move{parent, oid});
  } else {
    moved->second.to = oid;
  }
  s.last_tree[request.branch] = tree;
  return oid;
}

void Transaction::State::exchange_and_move(WriteStats& stats) {
  fresh->finish();
  if (rest) rest->finish();
  stats.bytes_written = fresh->file_bytes() + (rest ? rest->file_bytes() : 0);
  // A large pack is sealed at once, unless most of it is slices that grow: they would be stored whole again.
  const bool grows = growing_bytes * 2 > fresh->file_bytes() && fresh->file_bytes() <= kMostGrowing;
  const std::uint64_t room = fate == Fate::carried ? 4 * kHotLimit : kHotLimit;
  const bool seal_fresh = fate == Fate::kept || (fresh->file_bytes() > room && !grows);
  stats.sealed = seal_fresh || rest != nullptr;

  std::vector<PackWriter*> sealed;
  if (rest) sealed.push_back(rest.get());
  if (seal_fresh) sealed.push_back(fresh.get());
  std::vector<std::string> drop;
  if (fate == Fate::carried || fate == Fate::split) drop.push_back(packs.hot);
  if (fate == Fate::retired) packs.sealed.push_back(packs.hot);
  PackExchange exchange(paths, packs, seal_fresh ? nullptr : fresh.get(), sealed, fate == Fate::kept,
                        std::move(drop), refs.begin()->first);
  std::size_t done = 0;
  try {
    git2::check(git2::odb_refresh(store.state().odb.get()), "cannot see the new pack");
    for (const auto& [name, move] : refs) {
      move_ref(store.state(), name, move.from, move.to);
      ++done;
    }
  } catch (...) {
    // What a ref may point at stays; the next run finds out by the state file.
    if (done == 0 && is_surely_not_at(store.state(), refs.begin()->first, refs.begin()->second.to))
      exchange.abandon();
    throw;
  }
  exchange.complete();
}

WriteStats Transaction::finish() {
  WriteStats stats;
  if (state_->refs.empty()) return stats;  // what was added is dropped with the temporary pack
  stats.objects = state_->fresh->objects();
  state_->exchange_and_move(stats);
  return stats;
}

}  // namespace csb::archive
