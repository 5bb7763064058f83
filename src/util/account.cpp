#include "csb/util/account.hpp"

#include <pwd.h>
#include <unistd.h>

#include <array>

namespace csb {

std::string account_home() {
  std::array<char, 16384> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr ||
      found->pw_dir == nullptr)
    return {};
  return found->pw_dir;
}

}  // namespace csb
