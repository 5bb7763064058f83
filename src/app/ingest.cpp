#include "ingest.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cstring>
#include <system_error>
#include <utility>

#include "csb/scan/file_reader.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "ingest_read.hpp"
#include "session_facts.hpp"

namespace csb::app {
namespace {

constexpr int kTries = 3;
/// Time stamps are as coarse as the kernel's tick: a file that changes twice within this time may keep
/// its stamp (docs/performance.md).
constexpr std::int64_t kTickNs = 20'000'000;

/// The file may change once more without its stamp showing it. A time in the future is a stamp that no
/// change leaves standing.
bool is_racy(const FileStamp& stamp, std::int64_t scan_start_ns) {
  return stamp.mtime_ns >= scan_start_ns - kTickNs && stamp.mtime_ns <= now_ns() + kTickNs;
}

Ingested failed(const IngestJob& job, std::string what, std::string hint = {}) {
  Ingested result;
  result.problem = Problem{Problem::Severity::not_saved, job.found->path, std::move(what), std::move(hint)};
  return result;
}

Ingested vanished() {
  Ingested result;
  result.outcome = Ingested::Outcome::vanished;
  return result;
}

Ingested not_opened(const IngestJob& job, scan::OpenFailure failure, int error_number) {
  switch (failure) {
    case scan::OpenFailure::none:
    case scan::OpenFailure::unreadable:
      return failed(job, "cannot be opened: " + std::generic_category().message(error_number));
    case scan::OpenFailure::outside:
      return failed(job, "a directory above it became a symbolic link", "run the backup again");
    case scan::OpenFailure::vanished:
    case scan::OpenFailure::not_regular:
      return vanished();
  }
  return vanished();
}

catalogue::FileState state_of(const IngestJob& job, const FileStamp& stamp, std::int64_t scan_start_ns) {
  catalogue::FileState state;
  state.path = job.found->path;
  state.stamp = stamp;
  state.path_class = job.found->path_class;
  state.racy = is_racy(stamp, scan_start_ns);
  state.session = job.source->session_of(state.path);
  return state;
}

Ingested accepted(const IngestJob& job, const FileStamp& stamp, Reading reading, std::int64_t scan_start_ns) {
  Ingested result;
  result.outcome = Ingested::Outcome::read;
  result.content = reading.content;
  result.state = state_of(job, stamp, scan_start_ns);
  result.state.slices = std::move(reading.slices);
  if (!reading.parser) return result;
  reading.parser->finish();
  const transcript::Facts& facts = reading.parser->facts();
  result.messages = facts.messages;
  result.compactions = facts.compactions;
  result.state.parsed_to = reading.parser->parsed_to();
  result.state.facts = transcript::serialize(facts);
  // A stub or a blank never counts as the session's content: it stays listed by the conversation it was.
  if (facts.messages > 0) {
    result.state.details = reading.parser->take_details();
    result.state.details_go_on = reading.parser->goes_on();
    if (job.known) result.state.details_of = job.known->path;
  }
  result.state.facts.shrink_to_fit();  // there are many
  if (!job.source->is_transcript(result.state.path)) return result;
  const bool was_conversation =
      job.known && job.known->session_facts && job.known->session_facts->messages > 0;
  result.state.session_facts =
      facts.messages == 0 && was_conversation ? job.known->session_facts : session_facts(facts);
  return result;
}

Ingested ingest_link(int root_fd, const IngestJob& job, std::int64_t scan_start_ns, const StoreSlice& store) {
  const auto target = scan::read_link(root_fd, job.found->path);
  if (!target) return vanished();
  Ingested result;
  result.outcome = Ingested::Outcome::read;
  result.state = state_of(job, job.found->stamp, scan_start_ns);
  result.state.slices = {store(as_bytes(*target), std::nullopt).slice};
  if (job.known && !job.known->slices.empty()) {
    const bool same = S_ISLNK(job.known->stamp.mode) && job.known->slices.size() == 1 &&
                      job.known->slices.front().blob == result.state.slices.front().blob;
    result.content = same ? Ingested::Content::same : Ingested::Content::other;
  }
  return result;
}

}  // namespace

archive::AddedSlice hash_slice(std::span<const std::byte> data,
                               const std::optional<archive::PriorSlice>& prior) {
  archive::AddedSlice added;
  added.slice = {archive::blob_id(data), archive::tail_checksum(data)};
  added.extends_prior = prior && prior->size <= data.size() &&
                        archive::blob_id(data.first(static_cast<std::size_t>(prior->size))) == prior->blob;
  return added;
}

std::uint64_t expected_bytes(const IngestJob& job) {
  if (job.found->is_symlink()) return 0;
  const std::uint64_t size = job.found->stamp.size;
  if (!job.known || !is_comparable(*job.known) || job.known->stamp.inode != job.found->stamp.inode ||
      size <= job.known->stamp.size)
    return size;
  return size - std::uint64_t{job.known->slices.size() - 1} * archive::kSliceBytes;
}

Ingested ingest(int root_fd, const IngestJob& job, std::int64_t scan_start_ns, const StoreSlice& store,
                IngestMeter& meter) {
  if (job.found->is_symlink()) return ingest_link(root_fd, job, scan_start_ns, store);
  try {
    for (int attempt = 0; attempt < kTries; ++attempt) {
      auto failure = scan::OpenFailure::none;
      int error_number = 0;
      const auto file = scan::FileReader::open(root_fd, job.found->path, failure, error_number);
      if (!file) return not_opened(job, failure, error_number);
      ++meter.files_opened;
      FilePass pass(*file, job, store, meter);
      Reading reading = pass.read();
      if (reading.torn) continue;
      const FileStamp now = file->current_stamp();
      if (now == file->stamp()) return accepted(job, now, std::move(reading), scan_start_ns);
      // A file that ends where it did and stands still was in this state. One that grew is given another
      // try, since what was read may be the beginning of a later state; who grows all the time must do
      // with that.
      const bool ends_there = now.size == file->stamp().size;
      if ((ends_there || attempt + 1 == kTries) && pass.stood_still(reading))
        return accepted(job, file->stamp(), std::move(reading), scan_start_ns);
    }
  } catch (const ReadFailure& unread) {
    return failed(job, "cannot be read: " + std::generic_category().message(unread.error_number));
  }
  return failed(job, "changed while it was read, each time anew", "the next backup tries again");
}

}  // namespace csb::app
