#pragma once

#include <optional>
#include <string>

#include "command_functions.hpp"
#include "csb/app/reading.hpp"
#include "csb/cli/entry_writers.hpp"
#include "csb/cli/options.hpp"

namespace csb::cli {

/// The options that say what of a session is read: of distill, export and view.
class ReadingOptions {
 public:
  void declare(Options& options);
  /// After parsing. @throws Error{usage}
  [[nodiscard]] app::ReadingOptions resolve() const;

 private:
  std::string filter_ = "both";
  std::string since_, until_, at_;
  std::optional<std::uint64_t> last_, version_;
  bool no_thinking_ = false, no_subagents_ = false, redact_ = false, redact_paths_ = false;
};

enum class WrittenAs { markdown, html, json };
[[nodiscard]] std::string_view ending_of(WrittenAs format);

/// Reads one session to standard output, or to `target`: a file, or a directory, in which it gets a name of
/// its own. Says on standard error where it went and what must be known of it.
/// @return kDone, or kIncomplete when a part of it could not be read
[[nodiscard]] int write_session(Call& call, const app::Settings& settings,
                                const catalogue::Catalogue& catalogue, const catalogue::Session& session,
                                const app::ReadingOptions& options, WrittenAs format,
                                const std::string& target);

/// A file name for a session: its title as far as it is fit, and the beginning of its id.
[[nodiscard]] std::string file_name_for(const catalogue::Session& session, WrittenAs format);

}  // namespace csb::cli
