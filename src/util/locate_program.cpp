#include <sys/stat.h>
#include <unistd.h>
#ifdef __APPLE__
#include <mach-o/dyld.h>
#endif

#include <algorithm>
#include <array>
#include <cstdlib>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"

namespace csb {
namespace {

bool is_executable(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) && ::access(path.c_str(), X_OK) == 0;
}

std::string executable_file() {
#ifdef __APPLE__
  std::array<char, 4096> path{};
  std::uint32_t size = path.size();
  return ::_NSGetExecutablePath(path.data(), &size) == 0 ? fs::real_path(path.data()) : std::string();
#else
  return fs::real_path("/proc/self/exe");
#endif
}

}  // namespace

std::string locate_program(const std::string& name) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return is_executable(name) ? name : std::string();
  const char* variable = std::getenv("PATH");
  std::string_view path = variable == nullptr ? "/usr/local/bin:/usr/bin:/bin" : variable;
  while (!path.empty()) {
    const auto end = std::min(path.find(':'), path.size());
    std::string candidate = std::string(path.substr(0, end)) + "/" + name;
    // A relative place is another one tomorrow.
    if (candidate.front() == '/' && is_executable(candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

std::string own_program(const std::string& name) {
  const std::string file = executable_file();
  if (file.empty())
    throw Error(ErrorCode::failed, "cannot tell where " + name + " is installed",
                "was it replaced while it ran? run it again");
  const std::string on_path = locate_program(name);
  return !on_path.empty() && fs::real_path(on_path) == file ? on_path : file;
}

}  // namespace csb
