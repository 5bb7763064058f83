#include "body.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "csb/util/error.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMemory = std::size_t{1} << 20;
constexpr std::size_t kPiece = std::size_t{64} << 10;

std::string next_name() {
  static std::atomic<unsigned> counter{0};
  return std::string(kUnfinished) + std::to_string(::getpid()) + "." + std::to_string(counter++);
}

}  // namespace

Body::Body(Body&& other) noexcept { *this = std::move(other); }

Body& Body::operator=(Body&& other) noexcept {
  if (this == &other) return *this;
  clear();
  directory_ = other.directory_;  // the other one stays usable
  memory_ = std::exchange(other.memory_, {});
  path_ = std::exchange(other.path_, {});
  fd_ = std::move(other.fd_);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

void Body::append(std::string_view bytes) {
  size_ += bytes.size();
  if (!fd_ && memory_.size() + bytes.size() > kMemory) spill();
  if (!fd_) {
    memory_ += bytes;
  } else {
    write_all(fd_.get(), as_bytes(bytes), "'" + path_ + "'");
  }
}

void Body::spill() {
  path_ = directory_ + "/" + next_name();
  fd_ = open_at(AT_FDCWD, path_, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!fd_) {
    const int error = errno;
    throw errno_error("cannot create '" + std::exchange(path_, {}) + "'", error);
  }
  write_all(fd_.get(), as_bytes(memory_), "'" + path_ + "'");
  memory_.clear();
  memory_.shrink_to_fit();
}

void Body::clear() noexcept {
  if (!path_.empty()) ::unlink(path_.c_str());
  path_.clear();
  fd_.reset();
  memory_.clear();
  size_ = 0;
}

void Body::read(const std::function<void(std::string_view)>& visit) const {
  if (!fd_) return visit(memory_);
  std::array<std::byte, kPiece> buffer{};
  for (std::uint64_t at = 0; at < size_;) {
    const ssize_t got = pread_full(fd_.get(), buffer, at);
    if (got <= 0) throw errno_error("cannot read '" + path_ + "'", got < 0 ? errno : EIO);
    visit(as_text(std::span(buffer).first(static_cast<std::size_t>(got))));
    at += static_cast<std::uint64_t>(got);
  }
}

bool Body::equals_file(const std::string& path) const {
  const Fd file = open_at(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat st {};
  if (!file || ::fstat(file.get(), &st) != 0 || !S_ISREG(st.st_mode)) return false;
  if (static_cast<std::uint64_t>(st.st_size) != size_) return false;
  std::uint64_t at = 0;
  bool equal = true;
  std::string buffer;
  read([&](std::string_view piece) {
    if (!equal) return;
    buffer.resize(piece.size());
    const auto got = pread_full(file.get(), std::as_writable_bytes(std::span(buffer)), at);
    equal = got == static_cast<ssize_t>(piece.size()) && buffer == piece;
    at += piece.size();
  });
  return equal;
}

Body::File Body::take_file() {
  if (!fd_) spill();
  size_ = 0;
  return {std::exchange(path_, {}), std::move(fd_)};
}

}  // namespace csb::claude_ai
