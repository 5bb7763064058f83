#include "file_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{256} << 10;

bool is_special(const std::string& path) {
  struct stat st {};
  return ::stat(path.c_str(), &st) == 0 && !S_ISREG(st.st_mode);
}

std::string folder_of_file(const std::string& path) {
  if (path.find('/') == std::string::npos) return ".";
  const std::string folder(parent_path(path));
  return folder.empty() ? "/" : folder;
}

}  // namespace

FileOutput::FileOutput(std::string path) : path_(std::move(path)) {
  if (is_special(path_)) {
    fd_ = open_at(AT_FDCWD, path_, O_WRONLY);
    if (!fd_) throw errno_error(fmt::format("cannot write to '{}'", printable(path_)), errno);
    return;
  }
  // A link stays a link: what it leads to is replaced.
  if (const std::string target = fs::real_path(path_); !target.empty()) path_ = target;
  temporary_ = fmt::format("{}.csb-{}.tmp", path_, ::getpid());
  fd_ = open_at(AT_FDCWD, temporary_, O_WRONLY | O_CREAT | O_EXCL, 0600);
  if (fd_) return;
  const int error = errno;
  temporary_.clear();
  throw errno_error(fmt::format("cannot make a file in '{}'", printable(folder_of_file(path_))), error);
}

FileOutput::~FileOutput() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void FileOutput::write(std::string_view text) {
  if (text.size() > kBufferBytes) {
    flush();
    return write_all(fd_.get(), as_bytes(text), path_);
  }
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void FileOutput::flush() {
  const std::string text = std::exchange(buffer_, {});
  write_all(fd_.get(), as_bytes(text), path_);
}

void FileOutput::commit() {
  flush();
  if (temporary_.empty()) return;
  fs::sync_file(fd_.get(), path_);
  fs::rename_file(temporary_, path_);
  temporary_.clear();
  fs::sync_directory(folder_of_file(path_));
}

}  // namespace csb::cli
