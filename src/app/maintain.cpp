#include "csb/app/maintain.hpp"

namespace csb::app {

archive::MaintainReport maintain(const Settings& settings, bool all) {
  archive::Store store = archive::Store::open(settings.store);
  return archive::maintain(store, all);
}

}  // namespace csb::app
