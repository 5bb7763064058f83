#include "row_hash.hpp"

#include "hash.hpp"

namespace csb::claude_ai {

std::uint64_t row_hash(const std::string& name, const std::string& leaf, std::int64_t updated_ns,
                       bool is_starred, bool is_archived, const std::string& project) {
  std::uint64_t hash = hash_of(name);
  hash = hash_of("\x1f" + leaf, hash);
  hash = hash_of("\x1f" + std::to_string(updated_ns), hash);
  hash = hash_of(std::string("\x1f") + (is_starred ? "s" : "-") + (is_archived ? "a" : "-"), hash);
  hash = hash_of("\x1f" + project, hash);
  return hash == 0 ? 1 : hash;
}

}  // namespace csb::claude_ai
