#include <algorithm>
#include <utility>

#include "csb/transcript/pattern.hpp"
#include "csb/util/fd.hpp"
#include "lines.hpp"

namespace csb::transcript {

RowFilter::RowFilter(Wanted wanted, std::function<void(std::string_view, std::uint64_t)> visit)
    : wanted_(std::move(wanted)), visit_(std::move(visit)) {}

void RowFilter::feed(std::span<const std::byte> bytes) {
  std::string_view text = as_text(bytes);
  if (length_ > 0) {
    const std::size_t end = text.find('\n');
    keep(text.substr(0, end));
    if (end == std::string_view::npos) return;
    end_carried();
    text.remove_prefix(end + 1);
  }
  const std::size_t last = text.rfind('\n');
  if (last != std::string_view::npos) {
    const std::string_view rows = text.substr(0, last + 1);
    if (wanted_(rows)) visit_rows(rows, offset_);
    offset_ += rows.size();
    text.remove_prefix(rows.size());
  }
  keep(text);
}

void RowFilter::finish() {
  if (length_ > 0) end_carried();
}

void RowFilter::visit_rows(std::string_view rows, std::uint64_t offset) {
  while (!rows.empty()) {
    const std::size_t end = rows.find('\n');
    const std::string_view row = rows.substr(0, end);
    if (row.size() <= kMaxLine && wanted_(row)) visit_(row, offset);
    offset += end + 1;
    rows.remove_prefix(end + 1);
  }
}

void RowFilter::keep(std::string_view bytes) {
  length_ += bytes.size();
  if (carry_.size() <= kMaxLine) carry_.append(bytes.substr(0, kMaxLine + 1 - carry_.size()));
}

void RowFilter::end_carried() {
  if (length_ <= kMaxLine && wanted_(carry_)) visit_(carry_, offset_);
  offset_ += length_ + 1;
  length_ = 0;
  if (carry_.capacity() > std::size_t{1} << 20) carry_ = std::string();
  carry_.clear();
}

}  // namespace csb::transcript
