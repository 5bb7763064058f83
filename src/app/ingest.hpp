#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "csb/archive/transaction.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/scan/walk.hpp"
#include "csb/source/source.hpp"
#include "csb/util/boxed.hpp"

namespace csb::app {

/// Where the slices of a file go: the store, or (dry run, index only) nowhere. Called from several threads.
using StoreSlice =
    std::function<archive::AddedSlice(std::span<const std::byte>, const std::optional<archive::PriorSlice>&)>;

/// Says what a slice would be stored as, and stores nothing.
[[nodiscard]] archive::AddedSlice hash_slice(std::span<const std::byte> data,
                                             const std::optional<archive::PriorSlice>& prior);

/// A changed file, and what is stored of it.
struct IngestJob {
  const source::Source* source = nullptr;  ///< never null
  const scan::FoundFile* found = nullptr;
  /// What is remembered of this path (present or gone), or of the one it moved from.
  Boxed<catalogue::FileState> known;
};

/// What one changed file turned out to be.
struct Ingested {
  enum class Outcome {
    read,      ///< `state` and `content` say what it holds
    vanished,  ///< not there any more; the next walk will say what became of it
    failed,    ///< `problem` says why
  };
  /// Compared with `IngestJob::known`.
  enum class Content { fresh, same, grown, other };

  Outcome outcome = Outcome::failed;
  Content content = Content::fresh;
  catalogue::FileState state;
  std::optional<std::uint64_t> messages, compactions;  ///< of a conversation
  Boxed<Problem> problem;
};

/// Work done, for the report. `progress` may be empty; it is called with the bytes of each read.
struct IngestMeter {
  std::atomic<std::uint64_t> files_opened{0}, bytes_read{0}, bytes_parsed{0};
  std::function<void(std::uint64_t)> progress;
};

/// Bytes that reading this file will take if all goes as its stamps suggest.
[[nodiscard]] std::uint64_t expected_bytes(const IngestJob& job);

/// Reads one changed file once: the same bytes go to the store and to the transcript parser. A file that
/// only grew is read from its last stored slice on. What is reported as read is a state that really
/// existed: a file that changed while it was read is read again, up to three times (one that grows faster
/// than it can be read: the beginning of such a state, as long as the file was when opened).
/// @param scan_start_ns when the walk began: what changed about then or later is marked racy
/// @throws Error when the store cannot go on; trouble with the file itself is `Outcome::failed`
[[nodiscard]] Ingested ingest(int root_fd, const IngestJob& job, std::int64_t scan_start_ns,
                              const StoreSlice& store, IngestMeter& meter);

}  // namespace csb::app
