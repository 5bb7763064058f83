#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/model/session_id.hpp"

namespace csb::claude_code {

/// A named set of the Python csb, from its `csb-sets.json`.
struct PythonSet {
  std::string name;
  std::string promoted_from;  ///< may be empty
  std::int64_t created_ns = 0;
  std::vector<std::pair<SessionId, std::int64_t>> members;  ///< and when each was added
};

/// @param text the whole file. @throws Error{failed} when it is not such a file; members without a usable id
/// are counted in `skipped`
[[nodiscard]] std::vector<PythonSet> read_python_sets(std::string_view text, std::size_t& skipped);

}  // namespace csb::claude_code
