#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "csb/model/file.hpp"

namespace csb::claude_ai {

/// One JSON file of an export, wherever it lies.
struct ExportFile {
  std::string name;        ///< for people
  std::string archive;     ///< the zip's or directory's own name; what follows from it
  std::uint64_t size = 0;  ///< bytes, unpacked
  /// Every byte, in pieces. @throws Error{failed} when it cannot be read to its end
  std::function<void(const std::function<void(std::string_view)>&)> read;
};

using VisitExport = std::function<void(const ExportFile&)>;
using TellProblem = std::function<void(Problem)>;

/// Every JSON file of `path`: a zip archive, a directory, or the file itself. What cannot or may not be read
/// (encrypted, damaged, a bomb, a name that leads elsewhere) is told, and left out. Nothing is unpacked to
/// disk.
void visit_export_files(const std::string& path, const VisitExport& visit, const TellProblem& tell);

/// The same for a zip archive alone.
void visit_zip_files(const std::string& path, const VisitExport& visit, const TellProblem& tell);

/// How many bytes `path` has on disk, for progress; 0 when it is not there.
[[nodiscard]] std::uint64_t bytes_of(const std::string& path);

}  // namespace csb::claude_ai
