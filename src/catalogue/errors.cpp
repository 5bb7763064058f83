#include "errors.hpp"

#include <sqlite3.h>

#include "csb/catalogue/catalogue.hpp"

namespace csb::catalogue {

void throw_translated(const std::string& path, const SQLite::Exception& error) {
  const std::string what = "catalogue '" + path + "': " + error.what();
  switch (error.getExtendedErrorCode()) {
    // The disk does not give it back: as good as lost, and derived anyway.
    case SQLITE_IOERR_READ:
    case SQLITE_IOERR_SHORT_READ:
    case SQLITE_IOERR_CORRUPTFS:
    case SQLITE_IOERR_DATA:
      throw Damage(what);
    default:
      break;
  }
  switch (error.getErrorCode() & 0xFF) {  // the low byte is the primary code, whatever was asked for
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_FORMAT:
      throw Damage(what);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw Locked(what);
    case SQLITE_ERROR:
      // csb's own statements are right for its own schema.
      if (what.find(": no such table:") != std::string::npos ||
          what.find(": no such column:") != std::string::npos)
        throw Newer(what);
      throw Error(ErrorCode::failed, what);
    case SQLITE_FULL:
      throw Error(ErrorCode::failed, what, "make room on that disk");
    default:
      throw Error(ErrorCode::failed, what);
  }
}

bool Catalogue::is_in_use(const std::exception& error) {
  return dynamic_cast<const Locked*>(&error) != nullptr || dynamic_cast<const Newer*>(&error) != nullptr;
}

bool Catalogue::is_outdated(const std::exception& error) {
  return dynamic_cast<const Outdated*>(&error) != nullptr;
}

bool Catalogue::is_damage(const std::exception& error) {
  return dynamic_cast<const Damage*>(&error) != nullptr;
}

}  // namespace csb::catalogue
