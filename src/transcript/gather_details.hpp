#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/model/session_details.hpp"
#include "row_fields.hpp"

namespace csb::transcript {

/// Adds up what rows amount to. What is kept is bounded, whatever a transcript holds: of folders, files,
/// tools, sittings and answers the first many thousands, names of at most 4 KiB.
class DetailsGatherer {
 public:
  /// A good row. @param cwd where the session is by then; may be empty
  /// @param time_ns 0 when the row has none
  void add(const RowFields& row, std::string_view cwd, std::int64_t time_ns);

  [[nodiscard]] const SessionDetails& details() const noexcept { return details_; }
  /// details(), without a copy. No row may be added after that.
  [[nodiscard]] SessionDetails take() noexcept { return std::move(details_); }

 private:
  void add_tool(const ToolCall& call, std::string_view cwd, std::int64_t time_ns);
  void add_answer(const RowFields& row, std::string_view cwd, std::int64_t time_ns);
  void add_cwd(std::string_view cwd);
  /// One row's mention of a folder.
  void mention(std::string_view folder, FolderOrigin origin, std::uint64_t work);
  [[nodiscard]] FolderUse* use_of(std::string_view folder, FolderOrigin origin);

  SessionDetails details_;
  std::string cwd_;               ///< the last one, as written …
  std::string cwd_folder_;        ///< … and as a folder; empty when it is none
  FolderUse* cwd_use_ = nullptr;  ///< of it, once it was mentioned (a map's elements stay where they are)
  /// Folders that the row has named, and counts for.
  std::vector<const FolderUse*> named_;
};

}  // namespace csb::transcript
