#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/backup.hpp"
#include "csb/app/cat.hpp"
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
#include "csb/app/search.hpp"
#include "csb/app/sets.hpp"
#include "csb/app/show.hpp"
#include "csb/app/status.hpp"
#include "csb/app/verify.hpp"

/// Results as JSON documents for other programs (docs/schema). Times are RFC 3339 in UTC, null when
/// unknown. A path whose bytes are not UTF-8 has replacement characters in it, and its bytes in "…_b64".
namespace csb::cli {

[[nodiscard]] std::string to_json(const app::ListResult& result, std::int64_t now);
[[nodiscard]] std::string to_json(const app::ShowResult& result, std::int64_t now);
[[nodiscard]] std::string to_json(const app::LogResult& result);
[[nodiscard]] std::string to_json(const app::StatusResult& result, std::int64_t now);
[[nodiscard]] std::string to_json(const std::vector<app::PolicyResult>& results);
[[nodiscard]] std::string to_json(const app::BackupResult& result, bool dry_run);
[[nodiscard]] std::string to_json(const app::RestoreResult& result, bool dry_run);
[[nodiscard]] std::string to_json(const app::VerifyResult& result);
[[nodiscard]] std::string to_json(const app::RebuildResult& result);
[[nodiscard]] std::string to_json(const archive::MaintainReport& report);
[[nodiscard]] std::string to_json(const app::Roster& roster);
[[nodiscard]] std::string to_json(const std::vector<app::SessionSet>& sets);
[[nodiscard]] std::string to_json(const app::ConfigResult& result);
[[nodiscard]] std::string to_json(const std::vector<app::ConfigEntry>& found);

/// One hit on one line: a search prints them as they are found.
[[nodiscard]] std::string to_json(const app::SearchHit& hit);

// Diff and cat are written as they come, in one document of three parts: begin, what comes, end.
[[nodiscard]] std::string diff_json_begin(std::string_view session, std::uint64_t from, std::uint64_t to);
[[nodiscard]] std::string diff_json_row(const app::DiffRow& row, bool first);
[[nodiscard]] std::string diff_json_end(const app::DiffSummary& summary);
/// Ends inside the string "content_b64".
[[nodiscard]] std::string cat_json_begin(const app::CatTarget& target);
[[nodiscard]] std::string cat_json_end();

}  // namespace csb::cli
