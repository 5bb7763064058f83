#include "secret_links.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/scan/open_beneath.hpp"
#include "directory_entries.hpp"

namespace csb::scan {
namespace {

/// Identity of a file whatever it is called.
using FileId = std::pair<dev_t, ino_t>;

std::optional<struct stat> look_at(int root_fd, const std::string& path) {
  const Fd parent = open_beneath(root_fd, std::string(parent_path(path)), O_RDONLY | O_DIRECTORY);
  struct stat st {};
  if (!parent || ::fstatat(parent.get(), std::string(base_name(path)).c_str(), &st, AT_SYMLINK_NOFOLLOW) != 0)
    return std::nullopt;
  return st;
}

/// Secret files that have more than one name.
class Secrets {
 public:
  explicit Secrets(const WalkContext& context) : context_(context) {}

  /// A secret file, or a directory in which all is secret.
  void add(const std::string& path, int depth = 0) {
    constexpr int kDeepest = 8;
    const auto st = look_at(context_.root_fd, path);
    if (!st) return;
    if (S_ISREG(st->st_mode) && st->st_nlink > 1) known_.insert({st->st_dev, st->st_ino});
    if (!S_ISDIR(st->st_mode) || depth == kDeepest) return;
    for (const auto& [name, is_directory] : names_in(path)) add(path + "/" + name, depth + 1);
  }

  /// What lies in the directory itself. @return the directories in it
  std::vector<std::string> add_from(const std::string& directory) {
    std::vector<std::string> directories;
    for (const auto& [name, is_directory] : names_in(directory)) {
      std::string path = directory.empty() ? name : directory + "/" + name;
      const auto& classify = is_directory ? context_.policy.classify_directory : context_.policy.classify;
      if (classify(path) == PathClass::secret) {
        add(path);
      } else if (is_directory) {
        directories.push_back(std::move(path));
      }
    }
    return directories;
  }

  [[nodiscard]] bool contains(const std::string& path) const {
    const auto st = known_.empty() ? std::nullopt : look_at(context_.root_fd, path);
    return st && known_.contains({st->st_dev, st->st_ino});
  }

 private:
  /// -> name, and whether it is a directory. What cannot be read has no names.
  std::vector<std::pair<std::string, bool>> names_in(const std::string& directory) const {
    std::vector<std::pair<std::string, bool>> names;
    const Fd fd = open_beneath(context_.root_fd, directory, O_RDONLY | O_DIRECTORY);
    DirectoryEntries entries;
    if (!fd || entries.read(fd.get()) != 0) return names;
    for (const DirectoryEntries::Entry& entry : entries.entries()) {
      bool is_directory = entry.type == DirectoryEntries::Type::directory;
      if (entry.type == DirectoryEntries::Type::unknown) {
        struct stat st {};
        is_directory =
            ::fstatat(fd.get(), entry.name.data(), &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
      }
      names.emplace_back(entry.name, is_directory);
    }
    return names;
  }

  const WalkContext& context_;
  std::set<FileId> known_;
};

}  // namespace

void leave_out_names_of_secrets(const WalkContext& context, const std::vector<std::string>& linked,
                                const std::vector<std::string>& met, WalkResult& result) {
  if (linked.empty()) return;
  Secrets secrets(context);
  for (const std::string& path : met) secrets.add(path);
  for (const std::string& directory : secrets.add_from("")) (void)secrets.add_from(directory);
  for (const std::string& path : linked) {
    if (!secrets.contains(path)) continue;
    std::erase_if(result.files, [&](const FoundFile& file) { return file.path == path; });
    result.secrets.push_back(path);
    result.problems.push_back({.severity = Problem::Severity::note,
                               .path = path,
                               .what = "is another name of a secret file, and as secret: it is not stored",
                               .hint = {}});
  }
  std::sort(result.secrets.begin(), result.secrets.end());
}

}  // namespace csb::scan
