// Sessions, listed, filtered and sorted.
#include <algorithm>
#include <limits>
#include <string>

#include "session_filter.hpp"
#include "session_row.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

std::string_view order_of(SessionSort sort) {
  switch (sort) {
    case SessionSort::active:
      return " ORDER BY s.active_ns DESC, s.id";
    case SessionSort::started:
      return " ORDER BY t.first_ns DESC, s.id";
    case SessionSort::size:
      return " ORDER BY f.size DESC, s.id";
    case SessionSort::messages:
      return " ORDER BY t.messages DESC, s.id";
    // The next to be swept first; what is gone cannot expire.
    case SessionSort::expiration:
      return " ORDER BY s.present DESC, f.mtime_ns, s.id";
    case SessionSort::title:
      return " ORDER BY t.title = '', lower(t.title), s.active_ns DESC, s.id";
    case SessionSort::oldest:
      return " ORDER BY s.active_ns, s.id";
  }
  return "";
}

/// How many sessions there are, by the small index alone.
void count(Connection& db, const SessionQuery& query, SessionPage& page) {
  Query row = db.query("SELECT present, count(*) FROM sessions GROUP BY present");
  while (row.step()) {
    const bool present = row.integer(0) != 0;
    const auto found = static_cast<std::size_t>(row.integer(1));
    if (!present && query.deleted == DeletedFilter::hide) {
      page.hidden_deleted = found;
    } else if (!present || query.deleted != DeletedFilter::only) {
      page.matched += found;
    }
  }
}

/// What the order needs to be known of a session: rows are sorted by it alone, and only those listed are read
/// whole.
std::string_view keys_of(SessionSort sort) {
  switch (sort) {
    case SessionSort::active:
    case SessionSort::oldest:
      return "";
    case SessionSort::size:
    case SessionSort::expiration:
      return " CROSS JOIN files f ON f.id = s.file_id";
    case SessionSort::started:
    case SessionSort::messages:
    case SessionSort::title:
      return " CROSS JOIN transcripts t ON t.file_id = s.file_id";
  }
  return "";
}

/// Without conditions: SQLite stops at the limit.
SessionPage list_first(Connection& db, const SessionQuery& query, std::size_t limit) {
  SessionPage page;
  count(db, query, page);
  if (page.matched == 0) return page;
  std::string first = "SELECT s.id FROM sessions s" + std::string(keys_of(query.sort));
  if (query.deleted == DeletedFilter::hide) first += " WHERE s.present = 1";
  if (query.deleted == DeletedFilter::only) first += " WHERE s.present = 0";
  first += std::string(order_of(query.sort)) + " LIMIT ?1";
  const std::string sql =
      std::string(kSelectSessions) + " WHERE s.id IN (" + first + ")" + std::string(order_of(query.sort));
  SQLite::Statement statement(db.database(), sql);
  page.sessions = read_sessions(Query(statement, std::uint64_t{limit}));
  return page;
}

/// With conditions: every session that meets them is looked at once, to list and to count.
SessionPage search(Connection& db, const SessionQuery& query, const SessionFilter& filter,
                   std::size_t limit) {
  std::string sql(kSelectSessions);
  sql += " WHERE s.deleted_ns >= ?1" + filter.sql() + std::string(order_of(query.sort));
  SQLite::Statement statement(db.database(), sql);
  statement.bind(1, query.deleted_since_ns.value_or(0));
  filter.bind(statement, 2);
  SessionPage page;
  for (Session& session : read_sessions(Query(statement))) {
    if (query.deleted_since_ns && session.present) continue;
    if (!session.present && query.deleted == DeletedFilter::hide) {
      ++page.hidden_deleted;
    } else if (!session.present || query.deleted != DeletedFilter::only) {
      if (++page.matched <= limit) page.sessions.push_back(std::move(session));
    }
  }
  return page;
}

}  // namespace

SessionPage Catalogue::sessions(const SessionQuery& asked) const {
  return state_->run([&](Connection& db) {
    SessionQuery query = asked;
    // Who asks what was deleted since then asks for deleted ones.
    if (query.deleted_since_ns) query.deleted = DeletedFilter::only;
    const SessionFilter filter(query);
    constexpr std::size_t kAll = std::numeric_limits<std::int64_t>::max();
    const std::size_t limit = std::min(query.limit.value_or(kAll), kAll);
    const bool simple = filter.sql().empty() && !query.deleted_since_ns;
    return simple ? list_first(db, query, limit) : search(db, query, filter, limit);
  });
}

std::optional<Session> Catalogue::session(const SessionId& id) const {
  return state_->run([&](Connection& db) -> std::optional<Session> {
    SQLite::Statement statement(db.database(), std::string(kSelectSessions) + " WHERE s.id = ?1");
    Query row(statement, id.text());
    if (!row.step()) return std::nullopt;
    return read_session(row);
  });
}

}  // namespace csb::catalogue
