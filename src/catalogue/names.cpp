#include "names.hpp"

#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr std::size_t kRemembered = 16'384;  ///< names: some megabytes

}  // namespace

std::int64_t Names::id_of(Connection& db, std::string_view name) {
  std::string key(name);
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  std::int64_t id = 0;
  if (db.run("INSERT INTO names(name) VALUES(?1) ON CONFLICT DO NOTHING", Blob{name}) > 0) {
    id = db.last_id();
  } else {
    Query row = db.query("SELECT id FROM names WHERE name = ?1", Blob{name});
    if (!row.step()) throw Damage("the catalogue lost a name that it has");
    id = row.integer(0);
  }
  if (known_.size() >= kRemembered) known_.clear();
  known_.emplace(std::move(key), id);
  return id;
}

}  // namespace csb::catalogue
