#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"

namespace csb::archive {

/// Length of a slice in bytes; a file of at most one slice is a plain blob (docs/format.md; fixed by
/// measurement, docs/performance.md). Part of the format: it may never change.
inline constexpr std::size_t kSliceBytes = std::size_t{1} << 20;

/// The earlier version of the slice being stored.
struct PriorSlice {
  Oid blob;
  std::uint64_t size = 0;
};

struct AddedSlice {
  StoredSlice slice;
  /// The earlier version is a prefix of this one (or equal to it).
  bool extends_prior = false;
};

/// One path of a new commit.
struct TreeEdit {
  std::string path;
  std::uint32_t mode = 0;  ///< st_mode: S_IFREG (its owner-execute bit counts) or S_IFLNK; 0 removes the path
  StoredSlices slices;     ///< one = a blob; more = a sliced file
};

struct CommitRequest {
  std::string branch;  ///< full ref name, one of csb's own
  std::string message;
  std::int64_t time_ns = 0;
  std::vector<TreeEdit> edits;
  std::vector<Change> changes;         ///< for `.csb/changes.jsonl`
  std::optional<std::string> foreign;  ///< new content of `.csb/foreign.jsonl`; nothing keeps the old
  std::string root;  ///< for `.csb/root`: the root's path on this machine; empty keeps the old
};

struct WriteStats {
  std::uint64_t objects = 0;        ///< new objects
  std::uint64_t bytes_written = 0;  ///< to packs and indexes
  bool sealed = false;              ///< the pack was sealed
};

/// One backup's writes: a new pack, at most a few commits, one ref update per branch, in the order that a
/// crash at any point leaves the old or the new state (docs/format.md, "Order of writes"). Holds the
/// store's lock from construction to destruction. Unless finish() returned, nothing happened.
class Transaction {
 public:
  /// Heals what a killed run left, then opens the hot pack.
  /// @throws Error{busy} when another run holds the store's lock longer than `patience`
  Transaction(Store& store, std::chrono::milliseconds patience);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// Stores one slice (at most kSliceBytes). Safe from several threads at once.
  [[nodiscard]] AddedSlice add_slice(std::span<const std::byte> data,
                                     const std::optional<PriorSlice>& prior = {});

  /// These blobs are not written again where they are in the store already.
  void assume_stored(const StoredSlices& slices);
  /// Whether all of these are in the store, or added to it by now. Safe from several threads at once.
  [[nodiscard]] bool has(const StoredSlices& slices);

  /// A commit on top of the branch's tip (or of the previous commit of this transaction on it).
  /// @return its id, or nothing when the edits change nothing
  std::optional<Oid> commit(const CommitRequest& request);

  /// Makes everything durable and moves the branches (compare and swap). When it returns, it is safe.
  WriteStats finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace csb::archive
