#pragma once

#include <cstdint>

#include "csb/model/session_details.hpp"
#include "names.hpp"

namespace csb::catalogue {

/// Makes what the rows of one file amount to what those of another do: it moved.
void copy_details(Connection& db, std::int64_t from_file_id, std::int64_t file_id);
/// Writes what a file's rows amount to. @param go_on they follow those known; else they are all there are now
void put_details(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details,
                 bool go_on);
/// Writes only what outlives the rows: answers, and which files were touched.
void keep_details(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details);
void clear_details(Connection& db, std::int64_t root_id);

}  // namespace csb::catalogue
