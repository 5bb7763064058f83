#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "csb/archive/store.hpp"
#include "csb/model/stored_file.hpp"
#include "csb/transcript/facts.hpp"

namespace csb::app {

/// What the catalogue remembers of a stored content.
struct StoredContent {
  std::uint64_t size = 0;
  StoredSlices slices;
  transcript::Facts facts;      ///< empty unless it was parsed
  std::uint64_t parsed_to = 0;  ///< offset behind the last whole row

  [[nodiscard]] bool is_conversation() const noexcept { return facts.messages > 0; }
};

/// Reads an entry once, in bounded memory. @param parse as a transcript
/// @throws Error{failed} naming the object that is missing or damaged
[[nodiscard]] StoredContent read_content(const archive::Store& store, const archive::StoredEntry& entry,
                                         bool parse);

}  // namespace csb::app
