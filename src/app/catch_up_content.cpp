#include "catch_up_content.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "conversation_parser.hpp"
#include "csb/archive/transaction.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kTailBytes = 4096;  ///< what tail_checksum() looks at

/// Takes content in pieces of any size and keeps the tail of each slice.
class SliceTails {
 public:
  /// @param slices how many there are; a single one is as long as the content (other tools do not slice)
  explicit SliceTails(std::size_t slices) : sliced_(slices > 1) {}

  void feed(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
      if (sliced_ && in_slice_ == archive::kSliceBytes) close();
      const std::size_t room = sliced_ ? archive::kSliceBytes - in_slice_ : bytes.size();
      take(bytes.first(std::min(room, bytes.size())));
      bytes = bytes.subspan(std::min(room, bytes.size()));
    }
  }

  [[nodiscard]] std::vector<std::uint64_t> finish() {
    close();
    return std::move(checksums_);
  }

 private:
  void take(std::span<const std::byte> bytes) {
    in_slice_ += bytes.size();
    if (bytes.size() >= kTailBytes) {
      tail_.assign(bytes.end() - kTailBytes, bytes.end());
      return;
    }
    tail_.insert(tail_.end(), bytes.begin(), bytes.end());
    if (tail_.size() > kTailBytes) tail_.erase(tail_.begin(), tail_.end() - kTailBytes);
  }
  void close() {
    checksums_.push_back(archive::tail_checksum(tail_));
    tail_.clear();
    in_slice_ = 0;
  }

  bool sliced_;
  std::size_t in_slice_ = 0;
  std::vector<std::byte> tail_;
  std::vector<std::uint64_t> checksums_;
};

}  // namespace

StoredContent read_content(const archive::Store& store, const archive::StoredEntry& entry,
                           const source::Source* parse_as) {
  StoredContent content;
  SliceTails tails(entry.slices.size());
  std::optional<ConversationParser> parser;
  if (parse_as != nullptr) parser.emplace(*parse_as);
  store.read(entry, [&](std::span<const std::byte> bytes) {
    if (parser) parser->feed(content.size, bytes);
    content.size += bytes.size();
    tails.feed(bytes);
  });
  const std::vector<std::uint64_t> checksums = tails.finish();
  for (std::size_t i = 0; i < entry.slices.size(); ++i)
    content.slices.push_back({entry.slices[i], i < checksums.size() ? checksums[i] : 0});
  if (parser) {
    parser->finish();
    content.facts = parser->facts();
    content.details = parser->details();
    content.parsed_to = parser->parsed_to();
  }
  return content;
}

}  // namespace csb::app
