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
  std::remove(path);
  return 0;
}

}  // namespace

ScratchDirectory::ScratchDirectory(const std::string& name) {
  const char* base = ::getenv("TMPDIR");
  std::string pattern =
      std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/" + name + ".XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr)
    throw errno_error("cannot make the scratch directory '" + pattern + "'", errno);
  path_ = fs::real_path(pattern);
}

ScratchDirectory::~ScratchDirectory() {
  // FTW_PHYS: a restored symlink is removed, never followed.
  constexpr int kOpenDirectories = 16;
  ::nftw(path_.c_str(), &remove_entry, kOpenDirectories, FTW_DEPTH | FTW_PHYS);
}

}  // namespace csb::app
