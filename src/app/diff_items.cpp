#include "diff_items.hpp"

#include <cstring>
#include <unordered_map>

#include "csb/archive/store.hpp"
#include "csb/util/fd.hpp"

namespace csb::app {
namespace {

struct Remembered {
  std::uint64_t content = 0;    ///< sum of hashes: new items added, matched old items taken away
  std::uint32_t count = 0;      ///< items of the new version with this identity
  std::uint32_t unmatched = 0;  ///< of those, not yet found in the old one

  /// Found as often as before, with other content.
  [[nodiscard]] bool changed() const { return unmatched == 0 && content != 0; }
};
using Items = std::unordered_map<Oid, Remembered>;

Oid key_of(const DiffItem& item) { return archive::blob_id(as_bytes(item.identity)); }

DiffRow described(DiffRow::Kind kind, const DiffItem& item) {
  DiffRow row = item.describe();
  row.kind = kind;
  return row;
}

Items remember(const DiffItems& read) {
  Items items;
  read([&](const DiffItem& item) {
    Remembered& entry = items[key_of(item)];
    entry.content += item.content;
    ++entry.count;
    ++entry.unmatched;
  });
  return items;
}

}  // namespace

std::uint64_t content_hash(std::string_view content) {
  const Oid oid = archive::blob_id(as_bytes(content));
  std::uint64_t hash = 0;
  std::memcpy(&hash, oid.bytes.data(), sizeof hash);
  return hash;
}

DiffSummary diff_items(const DiffItems& from, const DiffItems& to,
                       const std::function<void(const DiffRow&)>& visit) {
  DiffSummary summary;
  Items items = remember(to);
  from([&](const DiffItem& item) {
    const auto found = items.find(key_of(item));
    if (found == items.end() || found->second.unmatched == 0) {
      ++summary.lost;
      if (item.is_message) ++summary.messages_lost;
      visit(described(DiffRow::Kind::lost, item));
      return;
    }
    --found->second.unmatched;
    found->second.content -= item.content;
  });
  to([&](const DiffItem& item) {
    Remembered& entry = items[key_of(item)];
    // Of several equal items the first ones are the old ones.
    const bool matched = entry.count > entry.unmatched;
    if (matched) --entry.count;
    if (matched && !entry.changed()) {
      ++summary.common;
    } else if (matched) {
      ++summary.changed;
      visit(described(DiffRow::Kind::changed, item));
    } else {
      ++summary.gained;
      if (item.is_message) ++summary.messages_gained;
      visit(described(DiffRow::Kind::gained, item));
    }
  });
  return summary;
}

}  // namespace csb::app
