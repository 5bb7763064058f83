#include "csb/archive/config_file.hpp"

#include "csb/util/fs.hpp"
#include "git2.hpp"

namespace csb::archive {

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
  git2::check(git2::config_set_string(config.get(), key.c_str(), value.c_str()), what);
}

}  // namespace csb::archive
