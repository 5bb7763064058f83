#include "check_pack.hpp"

#include <algorithm>
#include <atomic>
#include <deque>
#include <memory>
#include <unordered_map>

#include "csb/util/parallel.hpp"
#include "sha1.hpp"

namespace csb::archive {
namespace {

/// Contents of entries that later ones are likely to be deltas on; the oldest make room.
class ContentCache {
 public:
  using Content = std::shared_ptr<const Bytes>;

  [[nodiscard]] Content find(std::uint32_t index) const {
    const auto found = contents_.find(index);
    return found == contents_.end() ? nullptr : found->second;
  }
  void put(std::uint32_t index, Content content) {
    bytes_ += content->size();
    order_.push_back({index, content->size()});
    contents_.emplace(index, std::move(content));
    while (bytes_ > kLimit && order_.size() > 1) {
      bytes_ -= order_.front().size;
      contents_.erase(order_.front().index);
      order_.pop_front();
    }
  }

 private:
  static constexpr std::size_t kLimit = std::size_t{8} << 20;
  std::unordered_map<std::uint32_t, Content> contents_;
  struct Member {
    std::uint32_t index;
    std::size_t size;
  };
  std::deque<Member> order_;
  std::size_t bytes_ = 0;
};

/// The content of an entry, its bases taken from the cache where they are. @return null when damaged
ContentCache::Content resolve(const PackFile& pack, std::uint32_t index, ContentCache& cache) {
  std::vector<std::uint32_t> chain;
  ContentCache::Content content;
  for (std::uint32_t at = index; at != PackedEntry::kNoBase; at = pack.entries()[at].base) {
    if ((content = cache.find(at))) break;
    chain.push_back(at);
    if (chain.size() > 10'000) return nullptr;  // a cycle of REF_DELTAs
  }
  while (!chain.empty()) {
    const std::uint32_t at = chain.back();
    chain.pop_back();
    const PackedEntry& entry = pack.entries()[at];
    auto inflated = pack.inflate_entry(entry);
    if (!inflated) return nullptr;
    if (entry.header.type >= ObjectType::ofs_delta) {
      Bytes target;
      if (!content || !apply_delta(*content, *inflated, target)) return nullptr;
      inflated = std::move(target);
    }
    content = std::make_shared<const Bytes>(std::move(*inflated));
    cache.put(at, content);
  }
  return content;
}

}  // namespace

std::size_t PackCheck::bad_count() const {
  return static_cast<std::size_t>(std::count(good.begin(), good.end(), false));
}

PackCheck check_pack(const PackFile& pack, const std::function<void(std::uint64_t)>& step) {
  constexpr std::size_t kChunk = 256;  // neighbours share bases
  constexpr std::uint64_t kMostMapped = std::uint64_t{8} << 20;
  const std::size_t count = pack.entries().size();
  std::vector<char> good(count, 0);  // vector<bool> is not safe from several threads
  std::atomic<std::uint64_t> bytes{0};
  parallel_for((count + kChunk - 1) / kChunk, worker_count(), [&](std::size_t chunk) {
    ContentCache cache;
    std::uint64_t mapped = 0;  // bytes of the pack that this chunk brought in
    const std::size_t end = std::min(count, (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) {
      const auto index = static_cast<std::uint32_t>(i);
      if ((mapped += pack.entries()[i].length) > kMostMapped) pack.release_pages(), mapped = 0;
      const auto content = resolve(pack, index, cache);
      const auto type = pack.object_type(index);
      if (!content || !type) continue;
      good[i] = object_id(type_name(*type), *content) == pack.entries()[i].oid ? 1 : 0;
      bytes += content->size();
    }
    pack.release_pages();
    if (step) step(end - chunk * kChunk);
  });
  PackCheck check;
  check.good.resize(count);
  for (std::size_t i = 0; i < count; ++i) check.good[i] = good[i] != 0;
  check.bytes = bytes;
  return check;
}

}  // namespace csb::archive
