// A configuration file of any bytes: it is read or refused, and what is read is what is written again.
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "app/config_value.hpp"
#include "app/settings_config.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::app;

namespace {

struct Place {
  std::string directory = fs::is_directory("/dev/shm") ? "/dev/shm/csb-fuzz.XXXXXX" : "/tmp/csb-fuzz.XXXXXX";
  Place() {
    if (::mkdtemp(directory.data()) == nullptr) std::abort();
  }
  ~Place() { fs::remove_tree(directory); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  if (size < 1) return 0;
  const std::string text(fuzz::text_of(data + 1, size - 1));
  if (text.find("include") != std::string::npos) return 0;  // it would read other files of this machine
  const std::string file = place.directory + "/config", cache = place.directory + "/cache";
  fs::replace_file(file, text);
  fs::remove_file(cache);
  if ((data[0] & 1) != 0) fs::replace_file(cache, text);  // a cache of any bytes counts for nothing
  try {
    const ConfigValues values = load_config(file, cache);
    CSB_CLAIM(load_config(file, cache) == values);  // now from the cache
    for (const auto& [key, value] : values)
      if (const ConfigKey* known = find_config_key(key)) (void)complaint_about(*known, value);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
