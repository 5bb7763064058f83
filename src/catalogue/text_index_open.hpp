#pragma once

#include <string>

#include <SQLiteCpp/Database.h>

namespace csb::catalogue {

/// Created (0600) when needed. @throws Damage when it is no text index of this csb
[[nodiscard]] SQLite::Database open_text_index_for_writing(const std::string& path);
/// Works on a read-only disk too. @throws Error{not_found}, Damage
[[nodiscard]] SQLite::Database open_text_index_for_reading(const std::string& path);
/// The same without locks, log or shared memory, where nobody can be writing.
[[nodiscard]] SQLite::Database open_text_index_for_reading_alone(const std::string& path);

}  // namespace csb::catalogue
