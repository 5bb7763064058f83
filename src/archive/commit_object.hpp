#pragma once

#include <optional>
#include <string>

#include "deflate.hpp"
#include "store_state.hpp"

namespace csb::archive {

/// "Name <email>" of who commits: git's configured identity, else csb's own. Fit for a commit header.
[[nodiscard]] std::string identity(const Store::State& state);

/// A commit object: author and committer alike, time in UTC.
[[nodiscard]] Bytes write_commit(const std::string& identity, const Oid& tree,
                                 const std::optional<Oid>& parent, std::int64_t time_ns,
                                 const std::string& message);

}  // namespace csb::archive
