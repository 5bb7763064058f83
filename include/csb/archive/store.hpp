#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "csb/model/oid.hpp"
#include "csb/model/stored_file.hpp"

namespace csb::archive {

/// A file, link or directory as a tree holds it.
struct StoredEntry {
  enum class Kind { file, symlink, directory, submodule };
  Kind kind = Kind::file;
  std::string path;  ///< in the tree, as asked for or found; NOT yet validated (see is_safe_tree_path)
  std::uint32_t git_mode = 0;
  Oid oid;                  ///< of the entry itself: blob, or the tree of a sliced file
  std::vector<Oid> slices;  ///< the blobs of a file or link in order
};

/// A commit of any branch.
struct CommitInfo {
  Oid oid;
  std::vector<Oid> parents;
  Oid tree;
  std::int64_t time_ns = 0;  ///< committer time
  std::string message;
  bool by_csb = false;  ///< carries `.csb/format`
};

struct Branch {
  std::string ref;  ///< "refs/heads/laptop/claude-code"
  Oid tip;
  bool by_csb = false;
};

/// The git repository that holds everything. Reading only; see Transaction for writing.
class Store {
 public:
  /// Opens a repository: csb's own bare store, or any existing one (bare, with a work tree, a linked
  /// worktree). @throws Error{refused}, repository untouched, when it belongs to someone else, is
  /// sha256 or reftable, or has an extension csb does not know; Error{not_found} when there is none.
  [[nodiscard]] static Store open(const std::string& path);
  /// Creates csb's own bare store (0700) and opens it. HEAD will point at `branch`.
  [[nodiscard]] static Store create(const std::string& path, const std::string& branch);
  /// What the branch points at, from the ref files alone, without loading libgit2: for the fast path that
  /// finds nothing to do. Nothing when it cannot be told cheaply (then open() and ask).
  [[nodiscard]] static std::optional<Oid> peek_tip(const std::string& path, const std::string& branch);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;
  ~Store();

  [[nodiscard]] const std::string& git_dir() const;  ///< absolute, no trailing slash
  [[nodiscard]] std::optional<Oid> tip(const std::string& branch) const;
  [[nodiscard]] std::vector<Branch> branches() const;  ///< refs/heads and refs/remotes, sorted

  /// Commits reachable from `tip` along first parents, oldest first; not those reachable from `after`.
  [[nodiscard]] std::vector<CommitInfo> history(const Oid& tip, const std::optional<Oid>& after = {}) const;
  [[nodiscard]] CommitInfo commit(const Oid& oid) const;

  /// Where the root that this commit of csb's mirrors lay on its machine (`.csb/root`): an absolute path, not
  /// validated. Nothing when it does not say.
  [[nodiscard]] std::optional<std::string> root_of(const Oid& commit) const;

  /// What a commit changed: its `.csb/changes.jsonl`; for commits of other tools a tree comparison with the
  /// first parent, limited to paths beneath `prefix` (times are the commit's, modes git's).
  [[nodiscard]] std::vector<Change> changes(const CommitInfo& commit, const std::string& prefix = {}) const;

  /// The paths of files and links that differ from the first parent's, or are new: trees alone are read. For
  /// commits of other tools.
  [[nodiscard]] std::vector<std::string> left_names(const CommitInfo& commit) const;

  /// The entry at a path of a commit. @return nothing when there is none.
  [[nodiscard]] std::optional<StoredEntry> find(const Oid& commit, const std::string& path) const;
  /// Every file, link and submodule beneath `prefix` ("" = all), in tree order; csb's own `.csb/` left out.
  /// A sliced file is one entry. Nothing is validated: hostile names arrive as they are.
  void for_each_file(const Oid& commit, const std::string& prefix,
                     const std::function<void(const StoredEntry&)>& visit) const;

  /// The content, in pieces of at most a slice, each verified against its hash.
  /// @throws Error{failed} naming the object that is missing or damaged
  void read(const StoredEntry& entry, const std::function<void(std::span<const std::byte>)>& sink) const;
  [[nodiscard]] std::uint64_t size(const StoredEntry& entry) const;
  [[nodiscard]] std::string read_text(const StoredEntry& entry, std::size_t limit) const;
  /// One object's content, verified. @throws Error{failed}
  [[nodiscard]] std::vector<std::byte> read_blob(const Oid& oid) const;

  struct State;  ///< the archive layer's own
  [[nodiscard]] State& state() const { return *state_; }

 private:
  explicit Store(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The checksum kept for a slice: of its last 4 KiB, or of all of it when shorter.
[[nodiscard]] std::uint64_t tail_checksum(std::span<const std::byte> slice);

/// The id git gives a blob of these bytes.
[[nodiscard]] Oid blob_id(std::span<const std::byte> content);

/// True for "000000.csb": the names the slices of a file have in its tree. No real file may be stored
/// under such a name.
[[nodiscard]] bool is_slice_name(std::string_view name);

}  // namespace csb::archive
