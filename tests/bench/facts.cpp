// Measures how fast facts are read from transcripts: for docs/performance.md.
//
//   bench_facts FILE… [--rounds N]
//
// Reads each file in slices of 1 MiB, as a backup does, and feeds them to the reader; beside it the same
// reading without a parser, and the same rows through a DOM (nlohmann). Prints the best round of each, in MB
// (10^6) a second.

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "csb/transcript/reader.hpp"
#include "csb/util/fd.hpp"

using namespace csb;

namespace {

constexpr std::size_t kSlice = std::size_t{1} << 20;

using Take = std::function<void(std::span<const std::byte>)>;

/// @return bytes read
std::uint64_t read_slices(const std::string& path, const Take& take) {
  const Fd fd = open_at(AT_FDCWD, path, O_RDONLY);
  std::vector<std::byte> buffer(kSlice);
  std::uint64_t total = 0;
  for (long got = 1; got > 0;) {
    got = static_cast<long>(pread_full(fd.get(), buffer, static_cast<off_t>(total)));
    if (got <= 0) break;
    take(std::span(buffer).first(static_cast<std::size_t>(got)));
    total += static_cast<std::uint64_t>(got);
  }
  return total;
}

template <typename Work>
double best(int rounds, const Work& work) {
  double fastest = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t bytes = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fastest = std::max(fastest, static_cast<double>(bytes) / took.count() / 1e6);
  }
  return fastest;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  int rounds = 3;
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else {
      files.emplace_back(argv[i]);
    }
  }
  const auto over_files = [&](const std::function<std::uint64_t(const std::string&)>& one) {
    std::uint64_t total = 0;
    for (const std::string& file : files) total += one(file);
    return total;
  };
  std::uint64_t messages = 0;
  const double reading = best(rounds, [&] {
    return over_files([](const std::string& file) { return read_slices(file, [](auto) {}); });
  });
  const double facts = best(rounds, [&] {
    messages = 0;
    return over_files([&](const std::string& file) {
      transcript::Reader reader;
      const auto bytes = read_slices(file, [&](auto piece) { reader.feed(piece); });
      messages += reader.facts().messages;
      return bytes;
    });
  });
  const double dom = best(1, [&] {
    return over_files([&](const std::string& file) {
      std::uint64_t kept = 0;
      transcript::RowSplitter rows([&](const transcript::Row& row) {
        kept += nlohmann::json::parse(row.line, nullptr, false).size();
      });
      const auto bytes = read_slices(file, [&](auto piece) { rows.feed(piece); });
      rows.finish();
      return kept == 0 ? 0 : bytes;
    });
  });
  fmt::print(
      "reading {:.0f} MB/s, with facts {:.0f} MB/s, facts alone {:.0f} MB/s, DOM {:.0f} MB/s; {} messages\n",
      reading, facts, 1 / (1 / facts - 1 / reading), dom, messages);
  return 0;
}
