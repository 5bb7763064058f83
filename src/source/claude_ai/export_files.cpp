#include "export_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <memory>
#include <vector>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_ai {
namespace {

constexpr int kMaxLevels = 4;
constexpr std::size_t kPiece = std::size_t{256} << 10;

void read_whole(const std::string& path, const std::function<void(std::string_view)>& sink) {
  const Fd file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  if (!file) throw errno_error("cannot open '" + path + "'", errno);
  std::vector<std::byte> buffer(kPiece);
  for (std::uint64_t at = 0;;) {
    const ssize_t got = pread_full(file.get(), buffer, at);
    if (got < 0) throw errno_error("cannot read '" + path + "'", errno);
    if (got == 0) return;
    sink(as_text(std::span(buffer).first(static_cast<std::size_t>(got))));
    at += static_cast<std::uint64_t>(got);
  }
}

bool begins_like_zip(const std::string& path) {
  const Fd file = open_at(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  std::array<std::byte, 4> start{};
  if (!file || pread_full(file.get(), start, 0) != 4) return false;
  const std::string_view text = as_text(start);
  return text == "PK\x03\x04" || text == std::string_view("PK\x05\x06");
}

void visit_plain(const std::string& path, const std::string& archive, std::uint64_t size,
                 const VisitExport& visit) {
  visit({path, archive, size,
         [path](const std::function<void(std::string_view)>& sink) { read_whole(path, sink); }});
}

void visit_directory(const std::string& path, const std::string& archive, int levels,
                     const VisitExport& visit, const TellProblem& tell) {
  for (const std::string& name : fs::list_directory(path)) {
    const std::string inner = path + "/" + name;
    struct stat st {};
    if (::lstat(inner.c_str(), &st) != 0 || S_ISLNK(st.st_mode)) continue;
    if (S_ISDIR(st.st_mode) && levels > 0) visit_directory(inner, name, levels - 1, visit, tell);
    if (!S_ISREG(st.st_mode)) continue;
    if (name.ends_with(".json")) visit_plain(inner, archive, static_cast<std::uint64_t>(st.st_size), visit);
    if (name.ends_with(".zip")) visit_zip_files(inner, visit, tell);
  }
}

}  // namespace

std::uint64_t bytes_of(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && S_ISREG(st.st_mode) ? static_cast<std::uint64_t>(st.st_size) : 0;
}

void visit_export_files(const std::string& path, const VisitExport& visit, const TellProblem& tell) {
  struct stat st {};
  if (::stat(path.c_str(), &st) != 0)
    return tell({Problem::Severity::not_saved, path, errno_error("cannot be opened", errno).what(), ""});
  if (S_ISDIR(st.st_mode))
    return visit_directory(path, std::string(base_name(path)), kMaxLevels, visit, tell);
  if (!S_ISREG(st.st_mode))
    return tell({Problem::Severity::not_saved, path, "is neither a file nor a directory", ""});
  if (begins_like_zip(path)) return visit_zip_files(path, visit, tell);
  visit_plain(path, std::string(base_name(path)), static_cast<std::uint64_t>(st.st_size), visit);
}

}  // namespace csb::claude_ai
