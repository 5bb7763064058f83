#include "restore_write.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <span>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "restore_inspect.hpp"
#include "restore_temporary.hpp"
#include "restore_times.hpp"

namespace csb::app {
namespace {

using Outcome = RestoredFile::Outcome;

/// Files open at once; small enough for any limit on descriptors.
constexpr std::size_t kBatch = 64;

/// The recorded permissions; never setuid and its like, and private where nothing was recorded.
mode_t permissions(std::uint32_t mode) {
  const auto recorded = static_cast<mode_t>(mode & 0777U);
  return recorded == 0 ? mode_t{0600} : recorded;
}

}  // namespace

struct RestoreWriter::Pending {
  RestoreItem* item;
  RestoreRoot::Directory directory;
  TemporaryFile file;
};

RestoreWriter::Pending RestoreWriter::write_file(RestoreItem& item) {
  auto directory = root_.make(parent_path(item.path));
  if (swept_.insert(std::string(parent_path(item.path))).second) sweep_temporary_files(directory->get());
  TemporaryFile file(directory->get());
  store_.read(item.entry, [&](std::span<const std::byte> bytes) { write_all(file.fd(), bytes, "it"); });
  if (!holds_content(file.fd(), item.entry))
    throw Error(ErrorCode::failed, "what was written is not what is stored: is the disk sound?");
  if (::fchmod(file.fd(), permissions(item.version.mode)) != 0)
    throw errno_error("cannot set its mode", errno);
  if (::futimens(file.fd(), modification_time(item.mtime_ns).data()) != 0)
    throw errno_error("cannot set its time", errno);
  return {&item, std::move(directory), std::move(file)};
}

void RestoreWriter::publish(Pending& pending) {
  RestoreItem& item = *pending.item;
  const std::string name(base_name(item.path));
  if (const auto seen = replaceable_.find(item.path); seen != replaceable_.end()) {
    const auto there = root_.look(item.path);
    if (!there || !same_file(*there, seen->second))
      return item.settle(Outcome::kept, "it changed while it was being replaced");
    pending.file.replace(name);
  } else if (!pending.file.put(name)) {
    return item.settle(Outcome::kept, "something appeared there meanwhile");
  }
  root_.note_change(parent_path(item.path));
}

/// All are made durable, then all get their names. The kernel is told of every file before the first is
/// waited for, so that one commit of the file system's journal serves them all.
void RestoreWriter::flush(std::vector<Pending>& batch) {
  for (const Pending& pending : batch) fs::start_writeback(pending.file.fd());
  for (const Pending& pending : batch) {
    try {
      fs::sync_file(pending.file.fd(), pending.item->path);
    } catch (const Error& error) {
      pending.item->settle(Outcome::failed, error.what());
    }
  }
  for (Pending& pending : batch) {
    if (pending.item->outcome != Outcome::restored) continue;
    try {
      publish(pending);
    } catch (const Error& error) {
      pending.item->settle(Outcome::failed, error.what());
    }
  }
  batch.clear();
}

void RestoreWriter::write_link(RestoreItem& item) {
  const auto directory = root_.make(parent_path(item.path));
  const std::string name(base_name(item.path));
  const auto seen = replaceable_.find(item.path);
  const std::string made = seen == replaceable_.end() ? name : temporary_name();
  if (::symlinkat(item.link_target.c_str(), directory->get(), made.c_str()) != 0) {
    if (errno == EEXIST) return item.settle(Outcome::kept, "something appeared there meanwhile");
    throw errno_error("cannot make the link", errno);
  }
  // Some file systems cannot date a link; nothing depends on it.
  (void)::utimensat(directory->get(), made.c_str(), modification_time(item.mtime_ns).data(),
                    AT_SYMLINK_NOFOLLOW);
  if (seen != replaceable_.end()) {
    const auto there = root_.look(item.path);
    const bool unchanged = there && same_file(*there, seen->second);
    if (!unchanged || ::renameat(directory->get(), made.c_str(), directory->get(), name.c_str()) != 0) {
      const int error = errno;
      ::unlinkat(directory->get(), made.c_str(), 0);
      if (unchanged) throw errno_error("cannot replace it", error);
      return item.settle(Outcome::kept, "it changed while it was being replaced");
    }
  }
  root_.note_change(parent_path(item.path));
}

void RestoreWriter::write(std::vector<RestoreItem>& items) {
  std::vector<Pending> batch;
  for (RestoreItem& item : items) {
    if (item.outcome != Outcome::restored) continue;
    try {
      if (item.is_link()) {
        write_link(item);
        continue;
      }
      batch.push_back(write_file(item));
      if (batch.size() == kBatch) flush(batch);
    } catch (const Error& error) {
      item.settle(Outcome::failed, error.what());
    }
  }
  flush(batch);
}

}  // namespace csb::app
