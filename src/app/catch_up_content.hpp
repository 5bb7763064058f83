#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "csb/archive/store.hpp"
#include "csb/model/session_details.hpp"
#include "csb/model/stored_file.hpp"
#include "csb/source/source.hpp"
#include "csb/transcript/facts.hpp"

namespace csb::app {

/// What the catalogue remembers of a stored content.
struct StoredContent {
  std::uint64_t size = 0;
  StoredSlices slices;
  transcript::Facts facts;      ///< empty unless it was parsed
  SessionDetails details;       ///< likewise
  std::uint64_t parsed_to = 0;  ///< offset behind the last whole row

  [[nodiscard]] bool is_conversation() const noexcept { return facts.messages > 0; }
};

/// Reads an entry once, in bounded memory. @param parse_as the source as whose conversation it is parsed;
/// nullptr: it is not
/// @throws Error{failed} naming the object that is missing or damaged
[[nodiscard]] StoredContent read_content(const archive::Store& store, const archive::StoredEntry& entry,
                                         const source::Source* parse_as);

}  // namespace csb::app
