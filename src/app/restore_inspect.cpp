#include "restore_inspect.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "csb/archive/transaction.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

constexpr std::size_t kLongestLink = 4096;  ///< PATH_MAX: no link can hold more

/// Part of a file in memory, for as long as it is hashed. Pages are the kernel's: nothing is copied.
class MappedSlice {
 public:
  MappedSlice(int fd, std::uint64_t offset, std::size_t size) : size_(size) {
    if (size == 0) return;
    at_ = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, static_cast<off_t>(offset));
    if (at_ == MAP_FAILED) throw errno_error("cannot read it back", errno);
  }
  ~MappedSlice() {
    if (size_ != 0) ::munmap(at_, size_);
  }
  MappedSlice(const MappedSlice&) = delete;
  MappedSlice& operator=(const MappedSlice&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const {
    return {static_cast<const std::byte*>(at_), size_};
  }

 private:
  void* at_ = nullptr;
  std::size_t size_;
};

std::optional<std::string> read_link(int directory, const std::string& name) {
  std::string target(kLongestLink, '\0');
  const ssize_t size = ::readlinkat(directory, name.c_str(), target.data(), target.size());
  if (size < 0) return std::nullopt;
  target.resize(static_cast<std::size_t>(size));
  return target;
}

bool is_identical(const RestoreItem& item, RestoreRoot& root, const struct stat& there) {
  const auto directory = root.find(parent_path(item.path));
  if (!directory) return false;
  const std::string name(base_name(item.path));
  if (item.is_link()) return S_ISLNK(there.st_mode) && read_link(directory->get(), name) == item.link_target;
  if (!S_ISREG(there.st_mode)) return false;
  // O_NONBLOCK: a FIFO put in its place meanwhile must not hold us.
  const Fd fd = open_at(directory->get(), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  if (!fd) throw errno_error("cannot read what is there", errno);
  return holds_content(fd.get(), item.entry);
}

std::string what_is_there(const struct stat& there) {
  if (S_ISLNK(there.st_mode)) return "another link is there";
  if (S_ISDIR(there.st_mode)) return "a directory is there";
  if (!S_ISREG(there.st_mode)) return "something that is no file is there";
  return fmt::format("other content is there ({}, changed {})",
                     format_bytes(static_cast<std::uint64_t>(there.st_size)),
                     format_local(there.st_mtime * kNsPerSecond));
}

void inspect_item(RestoreItem& item, RestoreRoot& root, const source::LiveSession* open_in) {
  const auto there = root.look(item.path);
  if (!there) return;
  if (is_identical(item, root, *there)) return item.settle(Outcome::unchanged, {});
  item.settle(Outcome::kept, what_is_there(*there));
  item.may_replace = S_ISREG(there->st_mode) || S_ISLNK(there->st_mode);
  if (item.is_transcript && open_in != nullptr) {
    item.may_replace = false;
    item.reason = fmt::format("the session is open in a client (process {})", open_in->pid);
  }
}

}  // namespace

bool holds_content(int fd, const archive::StoredEntry& entry) {
  struct stat st {};
  if (::fstat(fd, &st) != 0) throw errno_error("cannot read it back", errno);
  const auto size = static_cast<std::uint64_t>(st.st_size);
  const std::size_t count = entry.slices.size();
  if (count == 0) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t offset = std::uint64_t{i} * archive::kSliceBytes;
    const std::uint64_t end = i + 1 == count ? size : offset + archive::kSliceBytes;
    if (end > size || end < offset) return false;
    // Another tool's blob may be longer than a slice, but only where it is the only one.
    if (count > 1 && end - offset > archive::kSliceBytes) return false;
    const MappedSlice slice(fd, offset, static_cast<std::size_t>(end - offset));
    if (archive::blob_id(slice.bytes()) != entry.slices[i]) return false;
  }
  return true;
}

bool same_file(const struct stat& a, const struct stat& b) {
#ifdef __APPLE__
  const auto &am = a.st_mtimespec, &bm = b.st_mtimespec, &ac = a.st_ctimespec, &bc = b.st_ctimespec;
#else
  const auto &am = a.st_mtim, &bm = b.st_mtim, &ac = a.st_ctim, &bc = b.st_ctim;
#endif
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && am.tv_sec == bm.tv_sec &&
         am.tv_nsec == bm.tv_nsec && ac.tv_sec == bc.tv_sec && ac.tv_nsec == bc.tv_nsec;
}

std::vector<std::string> live_slugs(RestoreRoot& root, const SessionId& session) {
  std::vector<std::string> slugs;
  const auto projects = root.find("projects");
  if (!projects) return slugs;
  const int fd = ::openat(projects->get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw errno_error("cannot read 'projects'", errno);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd), &::closedir);
  while (const dirent* entry = entries ? ::readdir(entries.get()) : nullptr) {
    const std::string slug = entry->d_name;
    if (slug == "." || slug == "..") continue;
    struct stat st {};
    const std::string transcript = slug + '/' + session.text() + ".jsonl";
    if (::fstatat(projects->get(), transcript.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0) slugs.push_back(slug);
  }
  std::sort(slugs.begin(), slugs.end());
  return slugs;
}

void follow_live_transcript(SessionPlan& plan, RestoreRoot& root) {
  const auto live = live_slugs(root, plan.session.id);
  if (live.size() > 1) {
    std::string folders;
    for (const std::string& slug : live) folders += (folders.empty() ? "" : ", ") + printable(slug);
    plan.notes.push_back("its transcript lies in several folders, so the client resumes none of them: " +
                         folders);
  }
  if (live.empty() || std::find(live.begin(), live.end(), plan.slug) != live.end()) return;
  if (!is_safe_tree_path(live.front())) return;
  plan.notes.push_back("it lies in " + printable(live.front()) + " now: what comes back goes there");
  retarget(plan, live.front());
}

void inspect_items(SessionPlan& plan, RestoreRoot& root, const std::vector<source::LiveSession>& live) {
  const source::LiveSession* open_in = nullptr;
  for (const auto& session : live)
    if (session.session_id == plan.session.id.text()) open_in = &session;
  for (RestoreItem& item : plan.items) {
    if (item.outcome != Outcome::restored) continue;
    try {
      inspect_item(item, root, open_in);
    } catch (const Error& error) {
      item.settle(Outcome::failed, error.what());
    }
  }
}

}  // namespace csb::app
