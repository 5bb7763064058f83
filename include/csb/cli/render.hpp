#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/backup.hpp"
#include "csb/app/config.hpp"
#include "csb/app/diff.hpp"
#include "csb/app/list.hpp"
#include "csb/app/log.hpp"
#include "csb/app/maintain.hpp"
#include "csb/app/policy.hpp"
#include "csb/app/rebuild_index.hpp"
#include "csb/app/restore.hpp"
#include "csb/app/roster.hpp"
#include "csb/app/schedule.hpp"
#include "csb/app/sets.hpp"
#include "csb/app/show.hpp"
#include "csb/app/status.hpp"
#include "csb/app/verify.hpp"
#include "csb/cli/output.hpp"

/// Results as text for people. Everything that comes from files is made printable.
namespace csb::cli {

/// Where text goes.
struct Screen {
  std::optional<std::size_t> columns;  ///< of the terminal; nothing when piped: then nothing is cut
  Paint paint;
  std::int64_t now = 0;
};

[[nodiscard]] std::string render(const app::ListResult& result, const Screen& screen);
/// @param whole every list is given to its end
[[nodiscard]] std::string render(const app::ShowResult& result, const Screen& screen, bool whole = false);
[[nodiscard]] std::string render(const app::LogResult& result, const Screen& screen);
[[nodiscard]] std::string render(const app::DiffRow& row, const Screen& screen);
[[nodiscard]] std::string render(const app::DiffSummary& summary, const Screen& screen);
[[nodiscard]] std::string render(const app::StatusResult& result, const Screen& screen);
[[nodiscard]] std::string render(const std::vector<app::PolicyResult>& results, const Screen& screen);
[[nodiscard]] std::string render(const app::BackupResult& result, bool dry_run, const Screen& screen);
[[nodiscard]] std::string render(const app::RestoreResult& result, bool dry_run, const Screen& screen);
[[nodiscard]] std::string render(const app::RebuildResult& result, const Screen& screen);
[[nodiscard]] std::string render(const app::VerifyResult& result, const Screen& screen);
[[nodiscard]] std::string render(const archive::MaintainReport& report, const Screen& screen);
[[nodiscard]] std::string render(const app::Roster& roster, const Screen& screen);
[[nodiscard]] std::string render(const std::vector<app::SessionSet>& sets, const Screen& screen);
[[nodiscard]] std::string render(const app::ConfigResult& result, bool show_origin, const Screen& screen);

// Parts that several of them share.

/// The folder a session belongs to, with ~; its project folder's name in parentheses when no row names one.
[[nodiscard]] std::string folder_of(const catalogue::Session& session);
/// Title, else "(untitled)".
[[nodiscard]] std::string title_of(const catalogue::Session& session);
/// "12d left", "overdue", or nothing.
[[nodiscard]] std::string sweep_text(const app::InspectedSession& session, std::int64_t now);
/// "file:/home/ada/.config/csb/config", "environment:CSB_STORE", "default".
[[nodiscard]] std::string origin_text(const app::ConfigEntry& entry);
/// What `claude` wants to be told to go on with a session.
[[nodiscard]] std::string resume_command(const std::string& directory, const SessionId& id);

}  // namespace csb::cli
