// The sessions that what a person typed may stand for.
#include <algorithm>
#include <string>

#include <SQLiteCpp/Column.h>

#include "csb/util/text.hpp"
#include "errors.hpp"
#include "session_row.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

constexpr std::size_t kFewestDigits = 4;  ///< of an id, for it to be meant as one

/// All sessions for which `condition` holds, newest first; its ?1 is `argument`, as bytes.
std::vector<Session> sessions_where(Connection& db, std::string_view condition, const std::string& argument) {
  SQLite::Statement statement(db.database(), std::string(kSelectSessions) + " WHERE " +
                                                 std::string(condition) + " ORDER BY s.active_ns DESC, s.id");
  return read_sessions(Query(statement, Blob{argument}));
}

/// Hexadecimal digits and dashes, enough of them to be part of an id.
bool may_be_part_of_id(std::string_view text) {
  const auto dashes = static_cast<std::size_t>(std::count(text.begin(), text.end(), '-'));
  return text.size() - dashes >= kFewestDigits &&
         text.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

constexpr std::string_view kIdBeginsOrEnds =
    "(substr(s.id, 1, length(?1)) = CAST(?1 AS TEXT) OR substr(s.id, -length(?1)) = CAST(?1 AS TEXT)"
    " OR substr(replace(s.id, '-', ''), 1, length(?1)) = CAST(?1 AS TEXT)"
    " OR substr(replace(s.id, '-', ''), -length(?1)) = CAST(?1 AS TEXT))";
constexpr std::string_view kTitleIs = "CAST(lower(t.title) AS BLOB) = ?1";
// rtrim() of all that is no slash: the folder of a path.
constexpr std::string_view kWordOccurs =
    "instr(CAST(lower(t.title || char(10) || t.first_prompt || char(10) || t.start_cwd || char(10) || t.cwd"
    " || char(10) || rtrim(f.path, replace(f.path, '/', ''))) AS BLOB), ?1) > 0";

/// A whole id is no word that might not occur: that it is unknown is said of a sound catalogue only.
/// @throws Damage
void require_soundness(Connection& db, const SessionId& id) {
  Query row =
      db.query("SELECT 1 FROM files CROSS JOIN transcripts ON file_id = id WHERE session = ?1", id.text());
  if (row.step() || db.database().execAndGet("PRAGMA integrity_check(1)").getString() != "ok")
    throw Damage("the catalogue '" + db.path() + "' contradicts itself");
}

}  // namespace

std::vector<Session> Catalogue::resolve(std::string_view text) const {
  if (text.empty()) return {};
  return state_->run([&](Connection& db) {
    const std::string wanted = ascii_lower(text);
    std::vector<Session> found;
    if (may_be_part_of_id(wanted)) found = sessions_where(db, kIdBeginsOrEnds, wanted);
    if (found.empty()) found = sessions_where(db, kTitleIs, wanted);
    if (found.empty()) found = sessions_where(db, kWordOccurs, wanted);
    if (const auto id = SessionId::parse(wanted); found.empty() && id) require_soundness(db, *id);
    return found;
  });
}

}  // namespace csb::catalogue
