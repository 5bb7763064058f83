// Measures how a store grows when large files do: for docs/performance.md, "The size of a slice".
//
//   bench_slices STORE FILE… [--backups N] [--append BYTES] [--start BYTES]
//
// Each FILE is stored with its first START bytes, then N times with APPEND bytes more.

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "csb/archive/transaction.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

using namespace csb;
using namespace csb::archive;

namespace {

const std::string kBranch = "refs/heads/bench/claude-code";

struct GrowingFile {
  std::string path, content;
  std::size_t length = 0;  ///< of the content, that exists now
  StoredSlices slices;
  std::uint64_t stored = 0;

  TreeEdit store(Transaction& transaction) {
    StoredSlices fresh;
    if (!slices.empty()) fresh.assign(slices.begin(), slices.end() - 1);
    transaction.assume_stored(slices);
    for (std::size_t at = fresh.size() * kSliceBytes; at < length; at += kSliceBytes) {
      std::optional<PriorSlice> prior;
      if (fresh.size() < slices.size())
        prior = PriorSlice{slices[fresh.size()].blob, std::min<std::uint64_t>(stored - at, kSliceBytes)};
      const auto piece = std::string_view(content).substr(at, std::min(kSliceBytes, length - at));
      fresh.push_back(transaction.add_slice(as_bytes(piece), prior).slice);
    }
    slices = fresh;
    stored = length;
    return {path, S_IFREG | 0600, slices};
  }
};

WriteStats backup(Store& store, std::vector<GrowingFile>& files) {
  Transaction transaction(store, {});
  CommitRequest request;
  request.branch = kBranch;
  request.message = "bench";
  for (GrowingFile& file : files) {
    request.edits.push_back(file.store(transaction));
    Change& change = request.changes.emplace_back();
    change.path = file.path;
    change.op = ChangeOp::grow;
    change.size = file.length;
  }
  transaction.commit(request);
  return transaction.finish();
}

std::uint64_t pack_bytes(const Store& store) {
  std::uint64_t bytes = 0;
  for (const auto& name : fs::list_directory(store.git_dir() + "/objects/pack")) {
    struct stat st {};
    if (::stat((store.git_dir() + "/objects/pack/" + name).c_str(), &st) == 0)
      bytes += static_cast<std::uint64_t>(st.st_size);
  }
  return bytes;
}

double mega(std::uint64_t bytes) { return static_cast<double>(bytes) / 1e6; }

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> names;
  std::size_t backups = 96, append = 24'300, start = 50'000'000;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    std::size_t* number = word == "--backups"  ? &backups
                          : word == "--append" ? &append
                          : word == "--start"  ? &start
                                               : nullptr;
    if (number != nullptr && i + 1 < argc) {
      *number = std::strtoull(argv[++i], nullptr, 10);
    } else {
      names.push_back(word);
    }
  }
  if (names.empty())
    return fmt::print(stderr, "bench_slices STORE FILE… [--backups N] [--append BYTES] [--start BYTES]\n"), 2;

  Store store = Store::create(argv[1], kBranch);
  std::vector<GrowingFile> files(names.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    files[i].path = fmt::format("projects/p{}/s{}.jsonl", i % 3, i);
    files[i].content = read_file(names[i]);
    files[i].length = std::min(start, files[i].content.size());
  }
  backup(store, files);
  const std::uint64_t before = pack_bytes(store);
  std::vector<double> times;
  std::uint64_t written = 0, most = 0;
  for (std::size_t i = 0; i < backups; ++i) {
    for (GrowingFile& file : files) file.length = std::min(file.content.size(), file.length + append);
    const auto began = std::chrono::steady_clock::now();
    const WriteStats stats = backup(store, files);
    times.push_back(
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    written += stats.bytes_written;
    most = std::max(most, stats.bytes_written);
  }
  std::sort(times.begin(), times.end());
  fmt::print(
      "slice {} KiB: {} backups, median {:.1f} ms, growth {:.2f} MB, written {:.2f} MB on average, {:.2f} at "
      "most\n",
      kSliceBytes >> 10, backups, times[times.size() / 2], mega(pack_bytes(store) - before),
      mega(written) / static_cast<double>(std::max<std::size_t>(backups, 1)), mega(most));
}
