#include "csb/archive/config_file.hpp"

#include "csb/util/fs.hpp"
#include "git2.hpp"

namespace csb::archive {
namespace {

/// Matches every value.
constexpr const char* kAny = ".*";

/// A pattern that matches just this text.
std::string quoted_pattern(const std::string& text) {
  std::string pattern;
  for (const char c : text) {
    const bool special = std::string_view("\\.^$|()[]{}*+?").find(c) != std::string_view::npos;
    pattern += special ? std::string("\\") + c : std::string(1, c);
  }
  return pattern;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> read_config_file(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> values;
  if (!fs::exists(path)) return values;
  const std::string what = "cannot read the configuration '" + path + "'";
  git2::Handle<git_config> config;
  git2::check(git2::config_open_ondisk(git2::out(config), path.c_str()), what);
  git2::Handle<git_config_iterator> iterator;
  git2::check(git2::config_iterator_new(git2::out(iterator), config.get()), what);
  for (;;) {
    git_config_entry* entry = nullptr;  // owned by the iterator
    const int code = git2::config_next(&entry, iterator.get());
    if (code == GIT_ITEROVER) return values;
    git2::check(code, what);
    // A variable without "=" means true (git-config).
    values.emplace_back(entry->name, entry->value == nullptr ? "true" : entry->value);
  }
}

void write_config_value(const std::string& path, const std::string& key, const std::string& value) {
  const std::string what = "cannot write the configuration '" + path + "'";
  git2::Handle<git_config> config;
  git2::check(git2::config_open_ondisk(git2::out(config), path.c_str()), what);
  int code = git2::config_set_string(config.get(), key.c_str(), value.c_str());
  if (code < 0 && git2::config_delete_multivar(config.get(), key.c_str(), kAny) == 0)
    code = git2::config_set_string(config.get(), key.c_str(), value.c_str());
  git2::check(code, what);
}

void add_config_value(const std::string& path, const std::string& key, const std::string& value) {
  const std::string what = "cannot write the configuration '" + path + "'";
  git2::Handle<git_config> config;
  git2::check(git2::config_open_ondisk(git2::out(config), path.c_str()), what);
  // A pattern that no value matches: the value is added.
  git2::check(git2::config_set_multivar(config.get(), key.c_str(), "^$.", value.c_str()), what);
}

bool remove_config_value(const std::string& path, const std::string& key,
                         const std::optional<std::string>& value) {
  if (!fs::exists(path)) return false;
  const std::string what = "cannot write the configuration '" + path + "'";
  git2::Handle<git_config> config;
  git2::check(git2::config_open_ondisk(git2::out(config), path.c_str()), what);
  const std::string pattern = value ? "^" + quoted_pattern(*value) + "$" : kAny;
  const int code = git2::config_delete_multivar(config.get(), key.c_str(), pattern.c_str());
  if (code == GIT_ENOTFOUND) return false;
  git2::check(code, what);
  return true;
}

}  // namespace csb::archive
