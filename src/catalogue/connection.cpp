#include "connection.hpp"

#include <climits>

#include <SQLiteCpp/Column.h>
#include <sqlite3.h>

#include "csb/util/error.hpp"

namespace csb::catalogue {

void Query::bind_one(int index, Blob blob) {
  if (blob.bytes.size() > INT_MAX) throw Error(ErrorCode::failed, "a value is too large for the catalogue");
  // An address even for no bytes: without one SQLite binds NULL.
  const char* address = blob.bytes.empty() ? "" : blob.bytes.data();
  statement_.bind(index, static_cast<const void*>(address), static_cast<int>(blob.bytes.size()));
}

std::optional<std::uint64_t> Columns::optional_number() {
  if (!query_.is_null(next_)) return number();
  ++next_;
  return std::nullopt;
}

SQLite::Statement& Connection::prepared(Sql sql) {
  auto& statement = statements_[sql.text];
  if (!statement) statement = std::make_unique<SQLite::Statement>(database_, sql.text);
  return *statement;
}

}  // namespace csb::catalogue
