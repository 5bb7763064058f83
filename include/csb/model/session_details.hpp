#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace csb {

/// Tokens as the service counts them.
struct Tokens {
  std::uint64_t input = 0, output = 0;
  std::uint64_t cache_write_5m = 0, cache_write_1h = 0;  ///< written to the cache, to live that long
  std::uint64_t cache_read = 0;

  friend bool operator==(const Tokens&, const Tokens&) = default;
};

/// One answer of a model: one `message.id`, however many rows repeat its usage.
struct Answer {
  std::uint64_t message = 0;  ///< hash of `message.id`
  std::int64_t time_ns = 0;   ///< earliest row with it
  std::string model;
  std::string cwd;  ///< of the row: the project it is counted for
  Tokens tokens;    ///< the largest each row says (early rows of an answer may say less)

  friend bool operator==(const Answer&, const Answer&) = default;
};

/// How a folder came to be known to a session, the surest first.
enum class FolderOrigin : std::uint8_t {
  cwd,       ///< the client worked in it
  tool,      ///< a tool call names a path in it
  command,   ///< an absolute path in a shell command
  relative,  ///< a relative path in a shell command, taken from where that ran
};

/// Work done in one folder.
struct FolderUse {
  std::uint64_t work = 0;  ///< tool calls whose main folder it is
  std::uint64_t rows = 0;  ///< rows that name it in any way
  FolderOrigin origin = FolderOrigin::cwd;

  friend bool operator==(const FolderUse&, const FolderUse&) = default;
};

/// What tools did to one file.
struct TouchedFile {
  std::uint64_t reads = 0, writes = 0, searches = 0;
  std::int64_t last_ns = 0;  ///< latest call; 0 when its row has no time

  friend bool operator==(const TouchedFile&, const TouchedFile&) = default;
};

/// A sitting: rows without a gap of more than ten minutes between them.
struct ActivitySegment {
  std::int64_t start_ns = 0, end_ns = 0;
  std::uint64_t messages = 0;

  friend bool operator==(const ActivitySegment&, const ActivitySegment&) = default;
};

inline constexpr std::int64_t kSittingGapNs = std::int64_t{600} * 1'000'000'000;

/// Adds rows of a time to sittings (in order, apart from each other), which stay so: what is no further than
/// the gap from another becomes one with it. The result does not depend on the order of the additions.
void add_activity(std::vector<ActivitySegment>& sittings, ActivitySegment added);

/// What the rows of one conversation file amount to, beyond what a session is listed by.
struct SessionDetails {
  std::map<std::string, std::uint64_t, std::less<>> tools;  ///< calls by tool
  std::map<std::string, TouchedFile, std::less<>> files;    ///< by absolute path
  std::map<std::string, FolderUse, std::less<>> folders;    ///< by absolute path
  std::vector<ActivitySegment> activity;                    ///< in order, apart from each other
  std::map<std::uint64_t, Answer> answers;                  ///< by Answer::message
};

}  // namespace csb
