#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "csb/archive/transaction.hpp"
#include "csb/source/claude_code/source.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"
#include "ingest.hpp"
#include "support/catch.hpp"

/// One file that is ingested again and again, as backup after backup finds it.
namespace ingest_case {

using namespace csb;
using app::Ingested;
using Content = app::Ingested::Content;
using Outcome = app::Ingested::Outcome;

inline constexpr std::size_t kSlice = archive::kSliceBytes;

inline std::string text_of(std::size_t size, unsigned seed = 1) {
  std::string text;
  text.reserve(size);
  for (std::size_t i = 0; i < size; ++i) {
    seed = seed * 1664525U + 1013904223U;
    text += static_cast<char>('a' + (seed >> 24) % 26);
  }
  return text;
}

inline void write(const std::string& path, std::string_view text, int flags = O_TRUNC) {
  const Fd fd = open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | flags, 0600);
  REQUIRE(fd);
  write_all(fd.get(), as_bytes(text), path);
}

inline void append(const std::string& path, std::string_view text) { write(path, text, O_APPEND); }

inline void age(const std::string& path) {
  const timespec times[2] = {{1'700'000'000, 5}, {1'700'000'000, 5}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

/// A file beneath the current directory and what is known of it.
struct Case {
  explicit Case(std::string name) : path(std::move(name)) {
    ::mkdir("ingest", 0700);
    root = open_at(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY);
  }

  Ingested ingest(const app::StoreSlice& store = app::hash_slice) {
    struct stat st {};
    if (::lstat(path.c_str(), &st) == 0) {
      found.stamp = {static_cast<std::uint64_t>(st.st_size),
                     st.st_mtim.tv_sec * kNsPerSecond + st.st_mtim.tv_nsec, st.st_ino, st.st_mode};
    }
    found.path = path;
    job.source = &claude_code::source();
    job.found = &found;
    opened = meter.files_opened;
    read = meter.bytes_read;
    parsed = meter.bytes_parsed;
    const Ingested result = app::ingest(root.get(), job, now_ns(), store, meter);
    opened = meter.files_opened - opened;
    read = meter.bytes_read - read;
    parsed = meter.bytes_parsed - parsed;
    return result;
  }
  /// As the next run would find it known.
  Ingested remember(const app::StoreSlice& store = app::hash_slice) {
    Ingested result = ingest(store);
    REQUIRE(result.outcome == Outcome::read);
    job.known = result.state;
    return result;
  }

  std::string path;
  Fd root;
  scan::FoundFile found;
  app::IngestJob job;
  app::IngestMeter meter;
  std::uint64_t opened = 0, read = 0, parsed = 0;
};

inline const std::string kTranscript = "projects/-x/0123abcd-0000-4000-8000-00000000000";

inline std::string row(int number) {
  return "{\"type\":\"user\",\"uuid\":\"u" + std::to_string(number) +
         "\",\"timestamp\":\"2026-11-20T12:00:00.000Z\",\"message\":{\"role\":\"user\",\"content\":\"" +
         text_of(200, static_cast<unsigned>(number)) + "\"}}\n";
}

inline std::string rows(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += row(i);
  return text;
}

inline void make_project() {
  ::mkdir("projects", 0700);
  ::mkdir("projects/-x", 0700);
}

}  // namespace ingest_case
