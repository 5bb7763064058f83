#include "csb/app/maintain.hpp"

#include "csb/app/backup.hpp"

namespace csb::app {

archive::MaintainReport maintain(const Settings& settings, bool all) {
  archive::MaintainReport report;
  {
    archive::Store store = archive::Store::open(settings.store);
    report = archive::maintain(store, all);
  }
  do_what_was_wished(settings);
  return report;
}

}  // namespace csb::app
