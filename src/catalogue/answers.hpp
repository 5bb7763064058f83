#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "csb/model/session_details.hpp"
#include "names.hpp"

namespace csb::catalogue {

/// An answer as one file tells it. The table `answers` holds all of a file's, packed: they are only ever read
/// together, and are most of what a catalogue holds.
struct KeptAnswer {
  std::uint64_t message = 0;  ///< hash of `message.id`
  std::int64_t time_ns = 0;   ///< 0: unknown
  std::int64_t model = 0;     ///< its name; 0: unknown
  std::int64_t cwd = 0;       ///< its name; 0: unknown
  Tokens tokens;
  bool gone = false;  ///< its rows are
};

/// @param packed as in the column `packed`
/// @return by message, each once @throws Damage
[[nodiscard]] std::vector<KeptAnswer> unpack_answers(std::string_view packed);

/// What the parts of a file say together, from its first one on. @param known what those before say
/// @param packed the next part @return by message, each once @throws Damage
[[nodiscard]] std::vector<KeptAnswer> with_part(std::vector<KeptAnswer> known, std::string_view packed);

/// Adds what is told of answers to what is known of them. What rows that are there tell stands alone: what
/// others told of the same answer before, and that are gone, is forgotten. @param gone the rows are; versions
/// of a file are told of in their order
void put_answers(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details,
                 bool gone);
/// Those of another file whose rows are there: it moved.
void copy_answers(Connection& db, std::int64_t from_file_id, std::int64_t file_id);
/// The file's rows are gone; that the answers were given stays known.
void mark_answers_gone(Connection& db, std::int64_t file_id);

}  // namespace csb::catalogue
