#include "codes.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "errors.hpp"

namespace csb::catalogue {
namespace {

template <typename T, std::size_t N>
using Codes = std::array<std::pair<T, std::int64_t>, N>;

constexpr Codes<ChangeOp, 5> kOps{{{ChangeOp::add, kOpAdd},
                                   {ChangeOp::grow, kOpGrow},
                                   {ChangeOp::rewrite, kOpRewrite},
                                   {ChangeOp::shrink, kOpShrink},
                                   {ChangeOp::remove, kOpRemove}}};
constexpr Codes<PathClass, 6> kClasses{{{PathClass::noise, 0},
                                        {PathClass::user, 1},
                                        {PathClass::secret, 2},
                                        {PathClass::foreign, 3},
                                        {PathClass::skip, 4},
                                        {PathClass::unknown, 5}}};

template <typename T, std::size_t N>
std::int64_t encode(const Codes<T, N>& codes, T value) {
  return std::find_if(codes.begin(), codes.end(), [&](const auto& code) { return code.first == value; })
      ->second;
}

template <typename T, std::size_t N>
T decode(const Codes<T, N>& codes, std::int64_t number) {
  for (const auto& [value, code] : codes)
    if (code == number) return value;
  throw Damage("the catalogue holds an impossible number");
}

}  // namespace

std::int64_t code_of(ChangeOp op) { return encode(kOps, op); }
std::int64_t code_of(PathClass path_class) { return encode(kClasses, path_class); }
ChangeOp change_op(std::int64_t code) { return decode(kOps, code); }
PathClass path_class(std::int64_t code) { return decode(kClasses, code); }

}  // namespace csb::catalogue
