#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "deflate.hpp"
#include "store_state.hpp"

namespace csb::archive {

/// "Name <email>" of who commits: git's configured identity, else csb's own. Fit for a commit header.
[[nodiscard]] std::string identity(const Store::State& state);

/// A commit object: author and committer alike, time in UTC.
[[nodiscard]] Bytes write_commit(const std::string& identity, const Oid& tree,
                                 const std::optional<Oid>& parent, std::int64_t time_ns,
                                 const std::string& message);

/// What a commit object says.
struct ParsedCommit {
  Oid tree;
  std::vector<Oid> parents;
  std::int64_t seconds = 0;  ///< committer time
  std::string message;
};

/// @return nothing when it is no commit object
[[nodiscard]] std::optional<ParsedCommit> parse_commit(std::span<const std::byte> raw);

}  // namespace csb::archive
