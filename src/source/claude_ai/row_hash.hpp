#pragma once

#include <cstdint>
#include <string>

namespace csb::claude_ai {

/// What a person would see change in the list of chats, as one number (never 0).
[[nodiscard]] std::uint64_t row_hash(const std::string& name, const std::string& leaf,
                                     std::int64_t updated_ns, bool is_starred, bool is_archived,
                                     const std::string& project);

}  // namespace csb::claude_ai
