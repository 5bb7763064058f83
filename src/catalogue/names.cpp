#include "names.hpp"

#include <utility>

#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr std::size_t kRecent = 16'384;  ///< names: a megabyte or two

std::int64_t stored_id(Connection& db, std::string_view name) {
  if (db.run("INSERT INTO names(name) VALUES(?1) ON CONFLICT DO NOTHING", Blob{name}) > 0)
    return db.last_id();
  Query row = db.query("SELECT id FROM names WHERE name = ?1", Blob{name});
  if (!row.step()) throw Damage("the catalogue lost a name that it has");
  return row.integer(0);
}

}  // namespace

std::int64_t Names::id_of(Connection& db, std::string_view name) {
  if (const auto known = recent_.find(name); known != recent_.end()) return known->second;
  const auto known = earlier_.find(name);
  const std::int64_t id = known != earlier_.end() ? known->second : stored_id(db, name);
  if (recent_.size() >= kRecent) earlier_ = std::exchange(recent_, {});
  recent_.emplace(name, id);
  return id;
}

}  // namespace csb::catalogue
