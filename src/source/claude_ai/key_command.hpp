#pragma once

#include <string>
#include <vector>

namespace csb::claude_ai {

/// Runs a program without a shell and returns the first line it prints (at most 4 KiB). Standard input is
/// empty; its messages go to the person.
/// @throws Error{unauthorized} when it cannot be run, fails, or takes longer than a minute
[[nodiscard]] std::string run_key_command(const std::vector<std::string>& words);

}  // namespace csb::claude_ai
