#include "settings_config.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <optional>

#include "csb/archive/config_file.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

// The cache is a list of fields, each ended by a NUL (which no value of a git configuration can contain):
// a header with the file's name and stamp, then key and value of each variable, then kEnd.
constexpr std::string_view kEnd = "end of csb config cache";

/// The header for the file as it is now; nothing when there is no such file.
std::optional<std::string> stamp_of(const std::string& config_file) {
  struct stat st {};
  if (::stat(config_file.c_str(), &st) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw errno_error("cannot read the configuration '" + config_file + "'", errno);
  }
  return fmt::format("csb config cache 1 {} {}.{:09} {} {}", st.st_size, st.st_mtim.tv_sec,
                     st.st_mtim.tv_nsec, st.st_ino, config_file);
}

std::string serialize(const std::string& stamp, const ConfigValues& values) {
  std::string text = stamp + '\0';
  for (const auto& [key, value] : values) text += key + '\0' + value + '\0';
  return text += std::string(kEnd) + '\0';
}

std::optional<ConfigValues> deserialize(std::string_view text, std::string_view stamp) {
  std::vector<std::string> fields;
  for (auto end = text.find('\0'); end != std::string_view::npos; end = text.find('\0')) {
    fields.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  if (!text.empty() || fields.size() < 2 || fields.size() % 2 != 0) return std::nullopt;
  if (fields.front() != stamp || fields.back() != kEnd) return std::nullopt;
  ConfigValues values;
  for (std::size_t i = 1; i + 1 < fields.size(); i += 2) values.emplace_back(fields[i], fields[i + 1]);
  return values;
}

std::optional<ConfigValues> cached(const std::string& cache_file, const std::string& stamp) {
  if (!fs::exists(cache_file)) return std::nullopt;
  try {
    return deserialize(read_file(cache_file, std::size_t{1} << 20), stamp);
  } catch (const Error&) {
    return std::nullopt;  // unreadable: the file itself is read instead
  }
}

bool includes_others(const ConfigValues& values) {
  return std::any_of(values.begin(), values.end(),
                     [](const auto& variable) { return variable.first.starts_with("include"); });
}

}  // namespace

ConfigValues load_config(const std::string& config_file, const std::string& cache_file) {
  const auto stamp = stamp_of(config_file);
  if (!stamp) return {};
  if (auto values = cached(cache_file, *stamp)) return *values;
  ConfigValues values = archive::read_config_file(config_file);
  // A change while it was read must not be cached under the new stamp; nor is anything before the first
  // backup has made csb's home.
  if (includes_others(values) || stamp_of(config_file) != stamp) return values;
  if (const auto slash = cache_file.rfind('/'); !fs::is_directory(cache_file.substr(0, slash))) return values;
  try {
    fs::replace_file(cache_file, serialize(*stamp, values));
  } catch (const Error&) {
    return values;  // a full or read-only disk: the next run parses the file again, nothing is lost
  }
  return values;
}

std::string last_value(const ConfigValues& config, std::string_view key) {
  const auto found = std::find_if(config.rbegin(), config.rend(),
                                  [&](const auto& variable) { return variable.first == key; });
  return found == config.rend() ? std::string() : found->second;
}

std::vector<std::string> all_values(const ConfigValues& config, std::string_view key) {
  std::vector<std::string> values;
  for (const auto& [name, value] : config)
    if (name == key) values.push_back(value);
  return values;
}

}  // namespace csb::app
