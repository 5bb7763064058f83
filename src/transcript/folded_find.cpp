#include "folded_find.hpp"

#include <bit>

#ifdef __SSE2__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace csb::transcript {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }

bool is_equal(const char* text, std::string_view needle) {
  for (std::size_t i = 0; i < needle.size(); ++i)
    if (lower(text[i]) != needle[i]) return false;
  return true;
}

#ifdef __SSE2__

// Where its first and its last character stand at the right distance, the needle is compared in full. Each of
// the two looks at whole blocks only, and says where it stopped.

/// One character in either case, sixteen times.
struct Folded {
  explicit Folded(char c) : small(_mm_set1_epi8(c)), large(_mm_set1_epi8(upper(c))) {}
  [[nodiscard]] __m128i in(__m128i block) const {
    return _mm_or_si128(_mm_cmpeq_epi8(block, small), _mm_cmpeq_epi8(block, large));
  }
  __m128i small, large;
};

__m128i load(const char* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(from)));
}

/// @return whether it was found: then `at` is its place
bool find_by_16(const char* text, std::size_t end, std::string_view needle, std::size_t& at) {
  const std::size_t last = needle.size() - 1;
  const Folded first_of(needle.front()), last_of(needle.back());
  for (; at + 16 <= end; at += 16) {
    const __m128i both = _mm_and_si128(first_of.in(load(text + at)), last_of.in(load(text + at + last)));
    for (auto hits = static_cast<unsigned>(_mm_movemask_epi8(both)); hits != 0; hits &= hits - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (is_equal(text + place, needle)) return at = place, true;
    }
  }
  return false;
}

/// The same with what most processors of the last ten years have, in half the time.
__attribute__((target("avx2"))) bool find_by_32(const char* text, std::size_t end, std::string_view needle,
                                                std::size_t& at) {
  const std::size_t last = needle.size() - 1;
  const __m256i small_first = _mm256_set1_epi8(needle.front()),
                large_first = _mm256_set1_epi8(upper(needle.front()));
  const __m256i small_last = _mm256_set1_epi8(needle.back()),
                large_last = _mm256_set1_epi8(upper(needle.back()));
  for (; at + 32 <= end; at += 32) {
    const __m256i begins =
        _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(text + at)));
    const __m256i ends =
        _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(text + at + last)));
    const __m256i both = _mm256_and_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(begins, small_first), _mm256_cmpeq_epi8(begins, large_first)),
        _mm256_or_si256(_mm256_cmpeq_epi8(ends, small_last), _mm256_cmpeq_epi8(ends, large_last)));
    for (auto hits = static_cast<unsigned>(_mm256_movemask_epi8(both)); hits != 0; hits &= hits - 1) {
      const std::size_t place = at + static_cast<std::size_t>(std::countr_zero(hits));
      if (is_equal(text + place, needle)) return at = place, true;
    }
  }
  return false;
}

/// As __builtin_cpu_supports("avx2"), which would bring a constructor along that asks at every start of csb:
/// in a virtual machine each question takes 7 µs, and it has a dozen.
bool ask_for_avx2() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0) return false;
  unsigned low = 0, high = 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  constexpr unsigned kSavesYmm = 6;  // XCR0: the system keeps XMM and YMM registers
  return (low & kSavesYmm) == kSavesYmm && __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 &&
         (b & bit_AVX2) != 0;
}

bool has_avx2() {
  static const bool has = ask_for_avx2();
  return has;
}

#endif

}  // namespace

std::size_t folded_find(std::string_view text, std::string_view needle) {
  if (needle.size() > text.size()) return std::string_view::npos;
  const std::size_t last = needle.size() - 1;
  const std::size_t end = text.size() - last;  // behind the last place where it can begin
  std::size_t at = 0;
#ifdef __SSE2__
  if (has_avx2() && find_by_32(text.data(), end, needle, at)) return at;
  if (find_by_16(text.data(), end, needle, at)) return at;
#endif
  for (; at < end; ++at)
    if (is_equal(text.data() + at, needle)) return at;
  return std::string_view::npos;
}

}  // namespace csb::transcript
