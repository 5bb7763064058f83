#include "ingest_read.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace csb::app {
namespace {

using archive::kSliceBytes;

constexpr std::size_t kTailBytes = 4096;  ///< what archive::tail_checksum covers

std::uint64_t start_of(std::size_t index) { return std::uint64_t{index} * kSliceBytes; }

}  // namespace

std::size_t slices_of(std::uint64_t size) noexcept {
  return std::max<std::size_t>(1, static_cast<std::size_t>((size + kSliceBytes - 1) / kSliceBytes));
}

bool is_comparable(const catalogue::FileState& known) noexcept {
  return !known.slices.empty() && known.slices.size() == slices_of(known.stamp.size);
}

FilePass::FilePass(const scan::FileReader& file, const IngestJob& job, const StoreSlice& store,
                   IngestMeter& meter)
    : file_(file),
      job_(job),
      known_(job.known && is_comparable(*job.known) ? &*job.known : nullptr),
      store_(store),
      meter_(meter),
      size_(file.stamp().size),
      is_conversation_(job.source->is_conversation(job.found->path)),
      buffer_(static_cast<std::size_t>(std::min<std::uint64_t>(size_, kSliceBytes))) {}

std::size_t FilePass::slice_count() const noexcept { return slices_of(size_); }

std::size_t FilePass::read_at(std::uint64_t offset, std::span<std::byte> out) {
  if (out.empty()) return 0;
  const auto got = file_.read_at(offset, out);
  if (!got) throw ReadFailure{errno};
  meter_.bytes_read += *got;
  if (meter_.progress) meter_.progress(*got);
  return *got;
}

std::span<std::byte> FilePass::buffer_for(std::size_t index) {
  const std::uint64_t left = size_ - std::min(size_, start_of(index));
  return std::span(buffer_).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, kSliceBytes)));
}

Reading FilePass::read() {
  if (auto appended = read_appended()) return std::move(*appended);
  return read_whole();
}

std::optional<Reading> FilePass::read_appended() {
  if (known_ == nullptr || !S_ISREG(known_->stamp.mode) || known_->stamp.inode != file_.stamp().inode ||
      size_ <= known_->stamp.size)  // of the same size, it may be rewritten anywhere
    return std::nullopt;
  Reading reading;
  if (is_conversation_ && !(reading.parser = ConversationParser::resume(*job_.source, *known_)))
    return std::nullopt;
  if (!closed_slices_match()) return std::nullopt;

  reading.first_read = known_->slices.size() - 1;
  reading.slices.assign(known_->slices.begin(), known_->slices.end() - 1);
  if (reading.parser) read_gap(*reading.parser, start_of(reading.first_read));
  for (std::size_t index = reading.first_read; index < slice_count(); ++index) {
    const auto added = take_slice(index, reading);
    if (!added) return reading;  // torn
    if (index == reading.first_read && !extends_known(index, *added)) return std::nullopt;
  }
  reading.content = Ingested::Content::grown;
  return reading;
}

Reading FilePass::read_whole() {
  Reading reading;
  if (is_conversation_) reading.parser.emplace(*job_.source);
  bool is_prefix = known_ != nullptr && size_ >= known_->stamp.size && S_ISREG(known_->stamp.mode);
  for (std::size_t index = 0; index < slice_count(); ++index) {
    const auto added = take_slice(index, reading);
    if (!added) return reading;  // torn
    if (is_prefix && index < known_->slices.size()) is_prefix = extends_known(index, *added);
  }
  if (known_ == nullptr) return reading;
  using Content = Ingested::Content;
  reading.content = !is_prefix                    ? Content::other
                    : size_ == known_->stamp.size ? Content::same
                                                  : Content::grown;
  return reading;
}

/// The closed slices are the known ones as far as their last bytes tell. The client rewrites transcripts
/// in place only from some row on, which changes everything behind it.
bool FilePass::closed_slices_match() {
  std::array<std::byte, kTailBytes> tail{};
  for (std::size_t index = 0; index + 1 < known_->slices.size(); ++index) {
    if (read_at(start_of(index + 1) - kTailBytes, tail) != tail.size()) return false;
    if (archive::tail_checksum(tail) != known_->slices[index].tail_checksum) return false;
  }
  return true;
}

/// A row that began before the first slice to be read is read from its beginning.
void FilePass::read_gap(ConversationParser& parser, std::uint64_t end) {
  while (parser.wanted() < end) {
    const std::uint64_t at = parser.wanted();
    const auto piece =
        std::span(buffer_).first(static_cast<std::size_t>(std::min<std::uint64_t>(end - at, buffer_.size())));
    const std::size_t got = read_at(at, piece);
    if (got == 0) return;  // torn: the slices to come will tell
    meter_.bytes_parsed += parser.feed(at, piece.first(got));
  }
}

std::optional<archive::AddedSlice> FilePass::take_slice(std::size_t index, Reading& reading) {
  const auto piece = buffer_for(index);
  if (read_at(start_of(index), piece) != piece.size()) {
    reading.torn = true;
    return std::nullopt;
  }
  const archive::AddedSlice added = store_(piece, prior_of(index));
  reading.slices.push_back(added.slice);
  if (reading.parser) meter_.bytes_parsed += reading.parser->feed(start_of(index), piece);
  return added;
}

std::optional<archive::PriorSlice> FilePass::prior_of(std::size_t index) const {
  if (known_ == nullptr || index >= known_->slices.size()) return std::nullopt;
  const std::uint64_t left = known_->stamp.size - start_of(index);
  if (left == 0) return std::nullopt;  // the slice of an empty file: nothing to build on
  return archive::PriorSlice{known_->slices[index].blob, std::min<std::uint64_t>(left, kSliceBytes)};
}

/// The slice holds the known one (closed: is the known one), perhaps with more behind it.
bool FilePass::extends_known(std::size_t index, const archive::AddedSlice& added) const {
  if (added.slice.blob == known_->slices[index].blob) return true;
  const bool is_last = index + 1 == known_->slices.size();
  return is_last && (known_->stamp.size == 0 || added.extends_prior);
}

bool FilePass::stood_still(const Reading& reading) {
  for (std::size_t index = reading.first_read; index < slice_count(); ++index) {
    const auto piece = buffer_for(index);
    if (read_at(start_of(index), piece) != piece.size()) return false;
    if (archive::blob_id(piece) != reading.slices[index].blob) return false;
  }
  return true;
}

}  // namespace csb::app
