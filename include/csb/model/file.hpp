#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace csb {

/// What stat(2) says of a file, as far as it tells whether the file changed.
struct FileStamp {
  std::uint64_t size = 0;     ///< bytes
  std::int64_t mtime_ns = 0;  ///< since the epoch
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;  ///< st_mode: type and permission bits

  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

/// What csb does with a path (ARCHITECTURE.md, "Words").
enum class PathClass {
  noise,    ///< written by the client by itself, transcripts above all: stored
  user,     ///< edited by a person: stored, in a commit of its own
  secret,   ///< never stored
  foreign,  ///< a nested git repository: recorded as url and commit, content not stored
  skip,     ///< caches, client state, csb's own files: not stored
  unknown,  ///< not known to csb: not stored, reported once
};

[[nodiscard]] std::string_view to_string(PathClass path_class);

/// What happened to a path between two backups, as recorded in `.csb/changes.jsonl`.
enum class ChangeOp {
  add,      ///< it was not there
  grow,     ///< bytes were appended; the old content is a prefix of the new
  rewrite,  ///< other content, not smaller
  shrink,   ///< other content, smaller
  remove,   ///< it is gone ("delete" in the record)
};

[[nodiscard]] std::string_view to_string(ChangeOp op);
[[nodiscard]] std::optional<ChangeOp> parse_change_op(std::string_view text);

/// One line of `.csb/changes.jsonl`: one path that a commit changed.
struct Change {
  std::string path;  ///< relative to the root; bytes
  ChangeOp op = ChangeOp::add;
  std::uint64_t size = 0;     ///< bytes, after the change; 0 for a removal
  std::int64_t mtime_ns = 0;  ///< of the file, after the change; 0 for a removal
  std::uint32_t mode = 0;     ///< st_mode, after the change; 0 for a removal
  /// Conversation rows (user and assistant) in this version, where the writer parsed it as a transcript.
  std::optional<std::uint64_t> messages;
  std::optional<std::uint64_t> compactions;  ///< likewise: compactions it has seen

  friend bool operator==(const Change&, const Change&) = default;
};

/// Trouble with one thing, which did not stop the rest.
struct Problem {
  enum class Severity {
    note,      ///< worth saying; nothing is unprotected because of it
    not_saved  ///< something that should be safe is not: the exit status says so
  };
  Severity severity = Severity::not_saved;
  std::string path;  ///< what it is about; may be empty; bytes
  std::string what;  ///< what happened and why
  std::string hint;  ///< what the person can do; may be empty
};

}  // namespace csb
