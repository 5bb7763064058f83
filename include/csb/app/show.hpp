#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/session_state.hpp"
#include "csb/app/settings.hpp"
#include "csb/app/show_details.hpp"
#include "csb/app/versions.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// One file of a session's footprint, present or gone.
struct FootprintFile {
  std::string path;  ///< relative to the root
  bool on_disk = false;
  std::uint64_t size = 0;      ///< of the newest stored version that has content
  std::int64_t mtime_ns = 0;   ///< likewise
  std::uint64_t versions = 0;  ///< stored ones with content
};

struct ShowResult {
  InspectedSession inspected;
  std::vector<FootprintFile> files;           ///< transcript first, then by path
  std::vector<TranscriptVersion> versions;    ///< of the transcript, oldest first
  std::optional<std::uint64_t> best_version;  ///< what restore would take
  std::string resume_directory;               ///< where `claude --resume` finds it; may be empty
  bool open_now = false;                      ///< a running client has it open
  source::Retention retention;
  SessionSummary summary;  ///< by summarize(), where it is wanted

  explicit ShowResult(InspectedSession session) : inspected(std::move(session)) {}
};

/// Everything the catalogue knows of one session. @throws Error{not_found}, Error{ambiguous}
[[nodiscard]] ShowResult show(const Settings& settings, const catalogue::Catalogue& catalogue,
                              std::string_view session);

/// A running client has it open.
[[nodiscard]] bool is_open_now(const catalogue::Session& session);

/// The directory in which the client looks for this session: the one of its working directories whose
/// project folder is where the transcript lies; empty when the transcript names none.
[[nodiscard]] std::string resume_directory(const catalogue::Session& session);

}  // namespace csb::app
