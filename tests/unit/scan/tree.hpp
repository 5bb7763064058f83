#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include "csb/model/rel_path.hpp"
#include "csb/scan/walk.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::test {

/// A directory of its own in the scratch home, and what a test puts there.
class Tree {
 public:
  Tree() {
    std::string name = "tree.XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    root_ = fs::real_path(name);
    fd_ = open_at(AT_FDCWD, root_, O_RDONLY | O_DIRECTORY);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] const std::string& root() const { return root_; }
  [[nodiscard]] std::string at(const std::string& path) const { return root_ + "/" + path; }

  void directory(const std::string& path) const { fs::make_directories(at(path)); }
  void file(const std::string& path, std::string_view content = "x") const {
    fs::make_directories(at(std::string(parent_path(path))));
    const Fd out = open_at(AT_FDCWD, at(path), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    write_all(out.get(), as_bytes(content), path);
  }
  void link(const std::string& target, const std::string& path) const {
    fs::make_directories(at(std::string(parent_path(path))));
    if (::symlink(target.c_str(), at(path).c_str()) != 0) throw std::runtime_error("symlink " + path);
  }
  /// Runs a shell command in the tree. Only tests do that.
  void shell(const std::string& command) const {
    const std::string line = "cd '" + root_ + "' && { " + command + "; } >/dev/null 2>&1";
    if (std::system(line.c_str()) != 0) throw std::runtime_error(command);
  }

 private:
  std::string root_;
  Fd fd_;
};

/// Judges a path by how its last component begins.
inline PathClass by_name(std::string_view path) {
  const std::string_view name = base_name(path);
  if (name.starts_with("user")) return PathClass::user;
  if (name.starts_with("secret")) return PathClass::secret;
  if (name.starts_with("skip")) return PathClass::skip;
  if (name.starts_with("unknown")) return PathClass::unknown;
  return PathClass::noise;
}

inline scan::Policy name_policy() {
  return {
      .classify = by_name,
      .classify_directory = by_name,
      .store_despite_repository = [](std::string_view path) { return base_name(path).starts_with("stored"); },
      .link_hides_data = [](std::string_view path) { return by_name(path) == PathClass::noise; }};
}

inline std::vector<std::string> paths_of(const scan::WalkResult& result) {
  std::vector<std::string> paths;
  for (const scan::FoundFile& file : result.files) paths.push_back(file.path);
  return paths;
}

using Paths = std::vector<std::string>;

/// Without root's right to read everything, for as long as it lives.
class Unprivileged {
 public:
  Unprivileged() : was_root_(::geteuid() == 0) { changed_ = was_root_ && ::seteuid(65534) == 0; }
  ~Unprivileged() {
    if (changed_ && ::seteuid(0) != 0) std::abort();
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  [[nodiscard]] bool works() const { return !was_root_ || changed_; }

 private:
  bool was_root_, changed_ = false;
};

}  // namespace csb::test
