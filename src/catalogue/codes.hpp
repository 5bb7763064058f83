#pragma once

#include <cstdint>

#include "csb/model/file.hpp"

namespace csb::catalogue {

// How the database spells enumerations. Part of the schema: a number never changes its meaning.
inline constexpr std::int64_t kOpAdd = 0, kOpGrow = 1, kOpRewrite = 2, kOpShrink = 3, kOpRemove = 4;

[[nodiscard]] std::int64_t code_of(ChangeOp op);
[[nodiscard]] std::int64_t code_of(PathClass path_class);
/// @throws Damage for a number that stands for nothing
[[nodiscard]] ChangeOp change_op(std::int64_t code);
[[nodiscard]] PathClass path_class(std::int64_t code);

}  // namespace csb::catalogue
