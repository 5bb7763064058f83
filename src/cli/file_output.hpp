#pragma once

#include <string>
#include <string_view>

#include "csb/util/fd.hpp"

namespace csb::cli {

/// A file that is written in pieces and is there whole or not at all: a temporary file beside it (0600),
/// renamed when done. What is no regular file (a FIFO, /dev/null) is written to as it is.
class FileOutput {
 public:
  /// @throws Error{failed} when it cannot be made
  explicit FileOutput(std::string path);
  ~FileOutput();  ///< Removes the temporary file unless commit() was called.
  FileOutput(const FileOutput&) = delete;
  FileOutput& operator=(const FileOutput&) = delete;

  void write(std::string_view text);
  /// Durable under its name. @throws Error{failed}
  void commit();

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  void flush();

  std::string path_, temporary_;  ///< no temporary: written in place
  std::string buffer_;
  Fd fd_;
};

}  // namespace csb::cli
