#include "leavings.hpp"

#include <signal.h>

#include <cerrno>
#include <charconv>
#include <string_view>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kMark = ".tmp.";

/// The PID at the end of "NAME.tmp.PID"; 0 for any other name.
pid_t writer_of(std::string_view name) {
  const auto at = name.rfind(kMark);
  if (at == std::string_view::npos) return 0;
  const std::string_view digits = name.substr(at + kMark.size());
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
  return error == std::errc() && end == digits.data() + digits.size() && pid > 0 ? pid : 0;
}

}  // namespace

void sweep_leavings(const std::string& directory) {
  try {
    for (const std::string& name : fs::list_directory(directory)) {
      const pid_t writer = writer_of(name);
      if (writer != 0 && ::kill(writer, 0) != 0 && errno == ESRCH) fs::remove_file(directory + '/' + name);
    }
  } catch (const Error&) {
    // They are in nobody's way.
  }
}

}  // namespace csb::app
