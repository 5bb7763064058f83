#include "git_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <optional>
#include <span>

#include "csb/model/oid.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/fd.hpp"
#include "remote_url.hpp"

namespace csb::scan {
namespace {

constexpr std::size_t kSmall = 4096;                   // HEAD, a ref, a path
constexpr std::size_t kConfig = std::size_t{1} << 20;  // longer ones are read this far
constexpr std::size_t kPackedRefs = std::size_t{16} << 20;
constexpr int kMaxSymrefs = 5;  // as git

/// The first `limit` bytes of a regular file; nothing when there is none by that name.
std::optional<std::string> read_start(int directory, const std::string& name, std::size_t limit) {
  const Fd fd = open_at(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  struct stat st {};
  if (!fd || ::fstat(fd.get(), &st) != 0 || !S_ISREG(st.st_mode)) return std::nullopt;
  std::string text(std::min(limit, static_cast<std::size_t>(st.st_size)), '\0');
  const ssize_t n = pread_full(fd.get(), std::as_writable_bytes(std::span(text)), 0);
  if (n < 0) return std::nullopt;
  text.resize(static_cast<std::size_t>(n));
  return text;
}

std::string first_line(const std::optional<std::string>& text) {
  if (!text) return {};
  std::string line = text->substr(0, text->find('\n'));
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.pop_back();
  return line;
}

Fd open_directory(int base, const std::string& path) {
  return path.empty() ? Fd() : open_at(base, path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
}

/// The git directory: `.git` itself, or what the file `.git` names.
Fd open_git_directory(int work_tree) {
  if (Fd directory = open_directory(work_tree, ".git")) return directory;
  constexpr std::string_view kPrefix = "gitdir: ";
  const std::string line = first_line(read_start(work_tree, ".git", kSmall));
  return line.starts_with(kPrefix) ? open_directory(work_tree, line.substr(kPrefix.size())) : Fd();
}

/// The line of packed-refs (lines "<oid> <ref>", and "^<oid>" for what a tag points at) that names `ref`.
std::string packed_ref(int common, const std::string& ref) {
  const std::optional<std::string> text = read_start(common, "packed-refs", kPackedRefs);
  if (!text) return {};
  const std::string needle = " " + ref;
  for (std::size_t at = text->find(needle); at != std::string::npos; at = text->find(needle, at + 1)) {
    const std::size_t end = at + needle.size();
    const bool whole = end == text->size() || (*text)[end] == '\n' || (*text)[end] == '\r';
    const std::size_t line = text->rfind('\n', at) == std::string::npos ? 0 : text->rfind('\n', at) + 1;
    if (whole && at - line == 40) return text->substr(line, 40);
  }
  return {};
}

/// @param common where refs are shared between work trees; the git directory itself where there is only one
std::string head_commit(int git_directory, int common) {
  std::string value = first_line(read_start(git_directory, "HEAD", kSmall));
  for (int hops = 0; hops < kMaxSymrefs && value.starts_with("ref:"); ++hops) {
    const std::size_t start = value.find_first_not_of(" \t", 4);
    const std::string ref = start == std::string::npos ? std::string() : value.substr(start);
    if (!ref.starts_with("refs/") || !is_safe_relative_path(ref)) return {};
    std::optional<std::string> own = read_start(git_directory, ref, kSmall);
    if (!own) own = read_start(common, ref, kSmall);
    value = own ? first_line(own) : packed_ref(common, ref);
  }
  const std::optional<Oid> oid = Oid::parse(value);
  return oid ? oid->hex() : std::string();
}

}  // namespace

ForeignRepository read_repository(int work_tree, std::string path) {
  ForeignRepository repository{.path = std::move(path), .url = {}, .commit = {}};
  const Fd git_directory = open_git_directory(work_tree);
  if (!git_directory) return repository;
  const Fd shared =
      open_directory(git_directory.get(), first_line(read_start(git_directory.get(), "commondir", kSmall)));
  const int common = shared ? shared.get() : git_directory.get();
  if (const auto config = read_start(common, "config", kConfig))
    repository.url = without_credentials(remote_url(*config));
  repository.commit = head_commit(git_directory.get(), common);
  return repository;
}

}  // namespace csb::scan
