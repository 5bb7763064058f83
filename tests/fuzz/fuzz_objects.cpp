// Objects of a store that others may have written: trees, commits, change lists, entry headers, deltas.
#include <string>

#include "archive/changes.hpp"
#include "archive/commit_object.hpp"
#include "archive/deflate.hpp"
#include "archive/pack_entry.hpp"
#include "archive/tree.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

using Span = std::span<const std::byte>;

void read_tree_and_commit(Span bytes) {
  if (const auto items = parse_tree(bytes)) {
    (void)is_sliced_file(*items);
    const Bytes again = write_tree(*items);  // in git's order
    const auto reread = parse_tree(again);
    CSB_CLAIM(reread && reread->size() == items->size());
    CSB_CLAIM(write_tree(*reread) == again);
  }
  if (const auto commit = parse_commit(bytes)) CSB_CLAIM(!commit->tree.is_null() || commit->tree == Oid());
}

void read_changes(std::string_view text) {
  const std::vector<Change> changes = parse_changes(text);
  const std::string again = write_changes(changes);
  CSB_CLAIM(parse_changes(again).size() == changes.size());
  CSB_CLAIM(write_changes(parse_changes(again)) == again);
  if (const auto root = parse_root(text)) CSB_CLAIM(parse_root(write_root(*root)) == root);
}

void read_delta(Span source, Span delta) {
  constexpr std::uint64_t kMost = 1 << 20;
  const auto sizes = delta_sizes(delta);
  if (sizes && sizes->target > kMost) return;
  Bytes target;
  if (!apply_delta(source, delta, target)) return;
  CSB_CLAIM(sizes && sizes->source == source.size() && sizes->target == target.size());
  Bytes grown(source.begin(), source.end());
  grown.resize(source.size() + 100);
  const auto moved = retarget_delta(delta, grown.size());
  Bytes again;
  CSB_CLAIM(moved && apply_delta(grown, *moved, again) && again == target);
  if (const auto splice = splice_delta(source, target)) {
    Bytes spliced;
    CSB_CLAIM(apply_delta(source, *splice, spliced) && spliced == target);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text = fuzz::text_of(data + 2, size - 2);
  fuzz::hand_over_exactly(text, [&](Span bytes) {
    read_tree_and_commit(bytes);
    if (const auto header = parse_header(bytes)) CSB_CLAIM(header->length <= bytes.size());
    Bytes out(static_cast<std::size_t>(data[0]) * 16);
    (void)inflate(bytes, out);
    CSB_CLAIM(inflate_prefix(bytes, out) <= out.size());
  });
  read_changes(text);
  const std::size_t cut = (data[0] | std::size_t{data[1]} << 8) % (text.size() + 1);
  fuzz::hand_over_exactly(text.substr(0, cut), [&](Span source) {
    fuzz::hand_over_exactly(text.substr(cut), [&](Span delta) { read_delta(source, delta); });
  });
  return 0;
}
