#include "errors.hpp"

#include <sqlite3.h>

#include "csb/catalogue/catalogue.hpp"

namespace csb::catalogue {

void throw_translated(const std::string& path, const SQLite::Exception& error) {
  const std::string what = "catalogue '" + path + "': " + error.what();
  switch (error.getErrorCode() & 0xFF) {  // the low byte is the primary code, whatever was asked for
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      throw Damage(what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Error(ErrorCode::busy, what, "another run of csb is writing; try again when it has ended");
    case SQLITE_FULL:
      throw Error(ErrorCode::failed, what, "make room on that disk");
    default:
      throw Error(ErrorCode::failed, what);
  }
}

bool Catalogue::is_damage(const std::exception& error) {
  return dynamic_cast<const Damage*>(&error) != nullptr;
}

}  // namespace csb::catalogue
