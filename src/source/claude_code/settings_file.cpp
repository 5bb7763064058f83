#include "csb/source/claude_code/settings_file.hpp"

#include <sys/stat.h>

#include "csb/source/claude_code/json_edit.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_code {
namespace {

constexpr std::size_t kMaxSettings = std::size_t{16} << 20;

bool is_blank(std::string_view bytes) { return bytes.find_first_not_of(" \t\r\n") == std::string_view::npos; }

}  // namespace

std::string SettingsFile::text() const { return is_blank(bytes) ? "{}\n" : bytes; }

SettingsFile read_settings_file(const std::string& path) {
  SettingsFile file;
  const std::string physical = fs::real_path(path);
  file.path = physical.empty() ? path : physical;
  if (physical.empty()) {
    if (fs::exists(path))
      throw Error(ErrorCode::failed, "'" + path + "' is a link to nothing",
                  "mend or remove the link; csb has changed nothing");
    return file;
  }
  struct stat st {};
  if (::stat(physical.c_str(), &st) != 0) throw errno_error("cannot read '" + path + "'", errno);
  file.mode = st.st_mode & 07777U;
  file.bytes = read_file(physical, kMaxSettings);
  file.exists = true;
  if (!is_blank(file.bytes) && !is_json_object(file.bytes))
    throw Error(ErrorCode::failed, "'" + path + "' is not valid JSON, so it is left as it is",
                "the client ignores such a file too: mend it (comments and trailing commas are not allowed)");
  return file;
}

void write_settings_file(const SettingsFile& read, std::string_view bytes) {
  if (!is_json_object(bytes))
    throw Error(ErrorCode::failed,
                "'" + read.path + "' would not be valid JSON any more; it is left as it is");
  const SettingsFile now = read_settings_file(read.path);
  if (now.exists != read.exists || now.bytes != read.bytes)
    throw Error(ErrorCode::failed, "'" + read.path + "' was changed by somebody else meanwhile", "try again");
  fs::write_file_atomically(read.path, bytes, read.mode);
}

}  // namespace csb::claude_code
