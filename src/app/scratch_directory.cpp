#include "scratch_directory.hpp"

#include <ftw.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

int remove_entry(const char* path, const struct stat*, int, struct FTW*) {
  static_cast<void>(std::remove(path));  // what stays is the system's to clear away
  return 0;
}

}  // namespace

ScratchDirectory::ScratchDirectory(const std::string& name) {
  const char* wanted = ::getenv("TMPDIR");  // it may name a folder that is gone
  for (const std::string base : {wanted != nullptr && *wanted != '\0' ? wanted : "/tmp", "/tmp"}) {
    std::string pattern = base + "/" + name + ".XXXXXX";
    if (::mkdtemp(pattern.data()) == nullptr) continue;
    path_ = fs::real_path(pattern);
    return;
  }
  throw errno_error("cannot make a scratch directory in '/tmp'", errno);
}

ScratchDirectory::~ScratchDirectory() {
  // FTW_PHYS: a restored symlink is removed, never followed.
  constexpr int kOpenDirectories = 16;
  ::nftw(path_.c_str(), &remove_entry, kOpenDirectories, FTW_DEPTH | FTW_PHYS);
}

}  // namespace csb::app
