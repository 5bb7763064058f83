#include "verify_live.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <random>

#include "csb/app/restore.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/parallel.hpp"
#include "live_files.hpp"
#include "scratch_directory.hpp"

namespace csb::app {
namespace {

const catalogue::KnownFile* find_known(const std::vector<catalogue::KnownFile>& known,
                                       std::string_view path) {
  const auto at =
      std::lower_bound(known.begin(), known.end(), path,
                       [](const catalogue::KnownFile& file, std::string_view p) { return file.path < p; });
  return at != known.end() && at->path == path ? &*at : nullptr;
}

/// Whether some stored version of the restored file is, byte for byte, what was restored.
bool is_stored(const archive::Store& store, const std::vector<catalogue::Version>& versions,
               const std::string& path, const LiveContent& restored) {
  for (auto version = versions.rbegin(); version != versions.rend(); ++version) {
    if (version->path != path || version->op == ChangeOp::remove) continue;
    const auto entry = store.find(version->commit, version->tree_path.empty() ? path : version->tree_path);
    if (entry && entry->slices == restored.slices) return true;
  }
  return false;
}

void check_restored(SampleRestore& sample, const archive::Store& store, const catalogue::Catalogue& catalogue,
                    const RestoredSession& session, int scratch_fd) {
  const auto versions = catalogue.versions_of(session.id);
  for (const RestoredFile& file : session.files) {
    const std::string brief(session.id.brief());
    if (file.outcome != RestoredFile::Outcome::restored) {
      sample.faults.push_back({brief, file.path, "could not be restored: " + file.reason});
      continue;
    }
    ++sample.files;
    const auto content = read_live(scratch_fd, file.path);
    // A logger's link to the transcript points at where that was restored, not where it used to lie.
    if (!file.link_target.empty() && content) continue;
    if (!content || !is_stored(store, versions, file.path, *content))
      sample.faults.push_back({brief, file.path, "restored, it is not what the store holds"});
  }
}

}  // namespace

LiveCheck compare_live(int root_fd, const archive::Store& store, const Oid& tip,
                       const std::vector<catalogue::KnownFile>& known) {
  std::vector<archive::StoredEntry> entries;
  store.for_each_file(tip, {}, [&](const archive::StoredEntry& entry) {
    if (entry.kind == archive::StoredEntry::Kind::file || entry.kind == archive::StoredEntry::Kind::symlink)
      entries.push_back(entry);
  });
  LiveCheck check;
  std::mutex mutex;
  parallel_for(entries.size(), worker_count(), [&](std::size_t index) {
    const archive::StoredEntry& entry = entries[index];
    const auto content = read_live(root_fd, entry.path);
    const catalogue::KnownFile* file = find_known(known, entry.path);
    const std::lock_guard lock(mutex);
    LiveComparison& result = check.comparison;
    if (!content) {  // a file that changes while it is read is there all the same
      struct stat st {};
      ++(::fstatat(root_fd, entry.path.c_str(), &st, AT_SYMLINK_NOFOLLOW) == 0 ? result.changed
                                                                               : result.gone);
      return;
    }
    result.bytes += content->stamp.size;
    if (content->slices == entry.slices) {
      ++result.equal;
    } else if (file == nullptr || file->racy || file->stamp != content->stamp) {
      ++result.changed;
    } else {
      result.faults.push_back(
          {entry.oid.hex(), entry.path, "looks unchanged on disk, but is not what is stored"});
      check.misjudged.push_back(*file);
    }
  });
  return check;
}

SampleRestore restore_sample(const Settings& settings, const archive::Store& store,
                             const catalogue::Catalogue& catalogue, std::size_t count) {
  SampleRestore sample;
  catalogue::SessionQuery query;
  query.deleted = catalogue::DeletedFilter::all;
  std::vector<catalogue::Session> sessions = catalogue.sessions(query).sessions;
  std::shuffle(sessions.begin(), sessions.end(), std::mt19937_64(std::random_device{}()));
  sessions.erase(sessions.begin() + static_cast<std::ptrdiff_t>(std::min(count, sessions.size())),
                 sessions.end());
  for (const catalogue::Session& session : sessions) {
    const ScratchDirectory scratch("csb-verify");
    const Fd scratch_fd = open_at(AT_FDCWD, scratch.path(), O_RDONLY | O_DIRECTORY);
    sample.sessions.push_back(session.id.text());
    RestoreOptions options;
    options.sessions = {session.id.text()};
    options.to = scratch.path();
    options.exact_times = true;
    try {
      for (const RestoredSession& restored : restore(settings, options).sessions)
        check_restored(sample, store, catalogue, restored, scratch_fd.get());
    } catch (const Error& error) {
      sample.faults.push_back({std::string(session.id.brief()), session.path,
                               std::string("could not be restored: ") + error.what()});
    }
  }
  return sample;
}

}  // namespace csb::app
