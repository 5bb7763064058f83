#include "link_target.hpp"

#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "csb/util/fd.hpp"

namespace csb::scan {
namespace {

#ifdef O_PATH
constexpr int kLookFlags = O_PATH;  // neither waits for a FIFO nor needs the right to read
#else
constexpr int kLookFlags = O_RDONLY | O_NONBLOCK;
#endif

}  // namespace

std::string path_of(int fd) {
#ifdef F_GETPATH
  std::array<char, PATH_MAX> path{};
  return ::fcntl(fd, F_GETPATH, path.data()) == 0 ? std::string(path.data()) : std::string();
#else
  std::array<char, PATH_MAX> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t n = ::readlink(link.c_str(), path.data(), path.size());
  return n > 0 && path[0] == '/' ? std::string(path.data(), static_cast<std::size_t>(n)) : std::string();
#endif
}

LinkTarget resolve_link(int directory, const char* name, const std::string& root) {
  const Fd target = open_at(directory, name, kLookFlags);
  if (!target && (errno == ENOENT || errno == ELOOP || errno == ENOTDIR)) return {};
  if (!target) return {LinkTarget::Where::outside, {}};
  std::string path = path_of(target.get());
  if (root.empty() || path.empty()) return {LinkTarget::Where::outside, std::move(path)};
  if (path == root) return {LinkTarget::Where::inside, {}};
  const std::string_view above = root == "/" ? std::string_view() : std::string_view(root);
  if (!path.starts_with(above) || path[above.size()] != '/')
    return {LinkTarget::Where::outside, std::move(path)};
  return {LinkTarget::Where::inside, path.substr(above.size() + 1)};
}

}  // namespace csb::scan
