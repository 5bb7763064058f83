#include "lines.hpp"

#include <algorithm>

namespace csb::transcript {
namespace {

/// Room for a line that is kept between lines; what a rare huge one took is given back.
constexpr std::size_t kKeptCapacity = std::size_t{4} << 20;
/// A line as long as this gets the room of the longest at once: growing step by step would hold it twice, and
/// memory that is not written to costs nothing.
constexpr std::size_t kLong = std::size_t{1} << 20;

}  // namespace

std::optional<Line> LineSplitter::rest() {
  if (length_ == 0) return std::nullopt;
  return padded_carry();
}

Line LineSplitter::complete(std::string_view bytes, std::size_t length) {
  if (length_ == 0 && bytes.size() - length >= kLinePadding) {
    length_ = length;
    return {line_start_, bytes.substr(0, std::min(length, kMaxLine)), length > kMaxLine};
  }
  keep(bytes.substr(0, length));
  return padded_carry();
}

void LineSplitter::keep(std::string_view bytes) {
  length_ += bytes.size();
  if (carry_.size() + bytes.size() > std::max(kLong, carry_.capacity()))
    carry_.reserve(kMaxLine + kLinePadding);
  carry_.append(bytes.substr(0, kMaxLine - carry_.size()));
}

Line LineSplitter::padded_carry() {
  const std::size_t length = carry_.size();
  carry_.append(kLinePadding, '\0');
  return {line_start_, std::string_view(carry_).substr(0, length), length_ > kMaxLine};
}

void LineSplitter::begin_next() {
  line_start_ += length_ + 1;
  length_ = 0;
  if (carry_.capacity() > kKeptCapacity) carry_ = std::string();
  carry_.clear();
}

}  // namespace csb::transcript
