#include "names.hpp"

#include <utility>

#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr std::size_t kRecentBytes = 2U << 20U;  ///< a name may be as long as 4 KiB
constexpr std::size_t kNodeBytes = 96;  ///< a name's place in the map: node, bucket and the heap's own

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
  if (recent_bytes_ >= kRecentBytes) {
    earlier_ = std::exchange(recent_, {});
    recent_bytes_ = 0;
  }
  recent_.emplace(name, id);
  recent_bytes_ += name.size() + kNodeBytes;
  return id;
}

}  // namespace csb::catalogue
