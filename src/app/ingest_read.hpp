#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "conversation_parser.hpp"
#include "csb/scan/file_reader.hpp"
#include "ingest.hpp"

namespace csb::app {

/// The file itself could not be read. Kept apart from errors of the store, which end the whole run.
struct ReadFailure {
  int error_number = 0;
};

/// What one pass over a file found.
struct Reading {
  StoredSlices slices;         ///< of the whole file
  std::size_t first_read = 0;  ///< index of the first slice that was read; those before were only checked
  Ingested::Content content = Ingested::Content::fresh;
  std::optional<ConversationParser> parser;  ///< of a conversation
  bool torn = false;                         ///< the file ended before its stamp said so
};

/// Reads one open file against what is known of it.
class FilePass {
 public:
  FilePass(const scan::FileReader& file, const IngestJob& job, const StoreSlice& store, IngestMeter& meter);

  /// From the last known slice on where the file only grew, else all of it. @throws ReadFailure
  [[nodiscard]] Reading read();

  /// Reads the same slices again and compares. All of them were read before the first is read again: when
  /// none differs, the state that was read existed at the moment between. @throws ReadFailure
  [[nodiscard]] bool stood_still(const Reading& reading);

 private:
  [[nodiscard]] std::optional<Reading> read_appended();
  [[nodiscard]] Reading read_whole();
  [[nodiscard]] bool closed_slices_match();
  void read_gap(ConversationParser& parser, std::uint64_t end);
  /// Stores the slice and feeds the parser. @return nothing when the file ended too early
  [[nodiscard]] std::optional<archive::AddedSlice> take_slice(std::size_t index, Reading& reading);
  [[nodiscard]] std::optional<archive::PriorSlice> prior_of(std::size_t index) const;
  [[nodiscard]] bool extends_known(std::size_t index, const archive::AddedSlice& added) const;

  [[nodiscard]] std::size_t read_at(std::uint64_t offset, std::span<std::byte> out);
  [[nodiscard]] std::span<std::byte> buffer_for(std::size_t index);
  [[nodiscard]] std::size_t slice_count() const noexcept;

  const scan::FileReader& file_;
  const IngestJob& job_;
  const catalogue::FileState* known_;  ///< nullptr: nothing stored to compare with
  const StoreSlice& store_;
  IngestMeter& meter_;
  std::uint64_t size_;
  bool is_conversation_;
  std::vector<std::byte> buffer_;  ///< one slice at most: the memory a file of any size takes
};

/// How many slices a file of this size has; an empty file has one.
[[nodiscard]] std::size_t slices_of(std::uint64_t size) noexcept;

/// The slices fit the size: there is something stored to compare with.
[[nodiscard]] bool is_comparable(const catalogue::FileState& known) noexcept;

}  // namespace csb::app
