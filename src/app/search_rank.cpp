#include <algorithm>

#include "csb/util/clock.hpp"
#include "search_scope.hpp"

namespace csb::app {
namespace {

using catalogue::TextKind;

/// What was said counts more than what tools put out.
double weight_of(const SearchCandidate& candidate) {
  double weight = 1;
  switch (candidate.kind) {
    case TextKind::title:
      weight = 0.3;
      break;
    case TextKind::prompt:
      weight = 0.5;
      break;
    case TextKind::answer:
      weight = 0.6;
      break;
    case TextKind::thinking:
      weight = 0.8;
      break;
    default:
      break;
  }
  if (candidate.is_older) weight *= 2;
  if (candidate.is_beginning) weight *= 1.5;
  return weight;
}

}  // namespace

void sort_candidates(std::vector<SearchCandidate>& candidates, SearchRequest::Sort sort) {
  const std::int64_t now = now_ns();
  const auto age = [&](const SearchCandidate& candidate) {
    const auto seconds = static_cast<double>(now - candidate.time_ns) / kNsPerSecond;
    return (std::max(seconds, 0.0) + 3600) * weight_of(candidate);
  };
  const auto is_before = [&](const SearchCandidate& a, const SearchCandidate& b) {
    if (sort == SearchRequest::Sort::oldest && a.time_ns != b.time_ns) return a.time_ns < b.time_ns;
    if (sort == SearchRequest::Sort::newest && a.time_ns != b.time_ns) return a.time_ns > b.time_ns;
    const double left = age(a), right = age(b);
    if (sort == SearchRequest::Sort::relevance && left != right) return left < right;
    if (a.time_ns != b.time_ns) return a.time_ns > b.time_ns;
    return a.key < b.key;
  };
  std::sort(candidates.begin(), candidates.end(), is_before);
}

}  // namespace csb::app
