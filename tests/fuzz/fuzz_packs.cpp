// A pack, its index and csb's state file with any bytes in them: read, checked, indexed anew, healed.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "archive/check_pack.hpp"
#include "archive/index_pack.hpp"
#include "archive/pack_file.hpp"
#include "archive/pack_state.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

const std::string kName = "pack-0123456789abcdef0123456789abcdef01234567";

/// A repository's directories, removed when the fuzzer ends.
struct Place {
  PackPaths paths;
  Place() {
    std::string name = fs::is_directory("/dev/shm") ? "/dev/shm/csb-fuzz.XXXXXX" : "/tmp/csb-fuzz.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) std::abort();
    paths.git_dir = name;
    fs::make_directories(paths.directory());
    fs::make_directories(name + "/csb");
  }
  ~Place() { fs::remove_tree(paths.git_dir); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
};

void read_pack(const std::string& path) {
  const auto pack = PackFile::open(path);
  if (!pack) return;
  (void)pack->checksums_match();
  (void)pack->trailer_fault();
  std::uint64_t most = 0;
  for (const PackedEntry& entry : pack->entries()) {
    CSB_CLAIM(entry.offset + entry.length <= pack->size());
    most = std::max(most, entry.header.size);
  }
  if (most > (1 << 20)) return;  // what is claimed is made room for: a matter of memory, not of bounds
  for (std::uint32_t n = 0; n < pack->entries().size() && n < 64; ++n) {
    (void)pack->object_type(n);
    (void)pack->content(n);
    (void)pack->inflate_entry(pack->entries()[n]);
  }
  (void)check_pack(*pack, [](std::uint64_t) {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Place place;
  const PackPaths& paths = place.paths;
  if (size < 4) return 0;
  const std::string_view bytes = fuzz::text_of(data + 4, size - 4);
  const std::size_t first = (data[0] | std::size_t{data[1]} << 8) % (bytes.size() + 1);
  const std::size_t second = (data[2] | std::size_t{data[3]} << 8) % (bytes.size() - first + 1);
  try {
    for (const std::string& name : fs::list_directory(paths.directory()))
      fs::remove_file(paths.directory() + "/" + name);
    fs::replace_file(paths.pack(kName), bytes.substr(0, first));
    fs::replace_file(paths.index(kName), bytes.substr(first, second));
    fs::replace_file(paths.state(), bytes.substr(first + second));
    read_pack(paths.pack(kName));
    (void)heal(paths);
    (void)heal(paths);
    fs::remove_file(paths.index(kName));
    if (fs::exists(paths.pack(kName)) && index_anew(paths, kName)) read_pack(paths.pack(kName));
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
