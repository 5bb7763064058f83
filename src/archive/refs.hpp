#pragma once

#include <optional>
#include <set>
#include <string>

#include "store_state.hpp"

namespace csb::archive {

/// @throws Error unless `ref` is a well-formed name beneath refs/heads/ with at least two components
void require_own_branch(const std::string& ref);

/// libgit2 passes over refs whose directory or file it cannot read at the moment; whoever goes on without
/// them takes them for deleted. @param listed what it found beneath refs/heads and refs/remotes
/// @return a branch that is there besides these. @throws Error{failed} when that cannot be told
[[nodiscard]] std::optional<std::string> find_unlisted(const std::string& git_dir,
                                                       const std::set<std::string>& listed);

/// git holds no branch `a` beside a branch `a/b`. @throws Error{refused} when a branch is in the way of `ref`
void require_no_collision(const Store& store, const std::string& ref);

/// When in doubt, false.
[[nodiscard]] bool is_surely_not_at(const Store::State& state, const std::string& ref,
                                    const Oid& to) noexcept;

/// Moves a ref from `from` (nothing: it must not exist) to `to`, durably. A lock that another git holds is
/// waited for, up to two seconds. @throws Error{failed} when the ref is not where it was, or cannot be
/// moved; it is then where it was
void move_ref(Store::State& state, const std::string& ref, const std::optional<Oid>& from, const Oid& to);

}  // namespace csb::archive
