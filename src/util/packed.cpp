#include "csb/util/packed.hpp"

#include "csb/util/error.hpp"

namespace csb {
namespace {

[[noreturn]] void torn() { throw Error(ErrorCode::failed, "packed bytes are torn"); }

}  // namespace

std::uint64_t PackedReader::number() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return value;
  }
  torn();
}

std::uint64_t PackedReader::word() {
  constexpr std::size_t kBytes = 8;
  if (rest_.size() < kBytes) torn();
  std::uint64_t value = 0;
  for (std::size_t i = kBytes; i-- > 0;) value = value << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(kBytes);
  return value;
}

std::string PackedReader::text() {
  const std::uint64_t size = number();
  if (size > rest_.size()) torn();
  std::string value(rest_.substr(0, static_cast<std::size_t>(size)));
  rest_.remove_prefix(value.size());
  return value;
}

}  // namespace csb
