#include "csb/model/session_details.hpp"

#include <algorithm>

namespace csb {

void add_activity(std::vector<ActivitySegment>& sittings, ActivitySegment added) {
  // Most rows come in order: the last sitting goes on.
  auto first = sittings.end();
  while (first != sittings.begin() && std::prev(first)->end_ns >= added.start_ns - kSittingGapNs) --first;
  auto last = first;
  for (; last != sittings.end() && last->start_ns <= added.end_ns + kSittingGapNs; ++last) {
    added.start_ns = std::min(added.start_ns, last->start_ns);
    added.end_ns = std::max(added.end_ns, last->end_ns);
    added.messages += last->messages;
  }
  if (first == last) {
    sittings.insert(first, added);
    return;
  }
  *first = added;
  sittings.erase(first + 1, last);
}

}  // namespace csb
