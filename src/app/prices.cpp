#include "csb/app/prices.hpp"

#include <string>

#include "csb/model/rel_path.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {

claude_code::Prices load_prices(const Settings& settings) {
  constexpr std::size_t kMaxFile = std::size_t{1} << 20;
  claude_code::Prices prices = claude_code::Prices::built_in();
  std::string file = settings.prices_file;
  if (file.empty()) {
    file = std::string(parent_path(settings.config_file)) + "/prices.json";
    if (!fs::exists(file)) return prices;
  }
  prices.add(read_file(file, kMaxFile), file);
  return prices;
}

}  // namespace csb::app
