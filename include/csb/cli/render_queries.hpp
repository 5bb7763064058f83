#pragma once

#include <string>

#include "csb/app/forecast.hpp"
#include "csb/app/list.hpp"
#include "csb/app/lost.hpp"
#include "csb/app/scan.hpp"
#include "csb/app/stats.hpp"
#include "csb/app/tree.hpp"
#include "csb/app/usage.hpp"
#include "csb/cli/render.hpp"

/// Answers of the commands that look back and ahead, as text for people and as JSON documents (see
/// render.hpp and json.hpp, whose rules hold here).
namespace csb::cli {

/// @param all every item by itself; else sessions, and the rest summed up
[[nodiscard]] std::string render(const app::ForecastResult& result, bool all, const Screen& screen);
[[nodiscard]] std::string to_json(const app::ForecastResult& result, std::int64_t now);

/// How `csb list` and `csb scan` show sessions.
struct ListStyle {
  std::size_t folders = 0;  ///< so many of the folders each worked in, where the result has them
  bool short_ids = false;   ///< eight digits, piped too
};
[[nodiscard]] std::string render(const app::ListResult& result, const ListStyle& style, const Screen& screen);
[[nodiscard]] std::string to_json(const app::ScanResult& result, const catalogue::SessionQuery& query,
                                  std::int64_t now);

[[nodiscard]] std::string render(const app::UsageResult& result, const Screen& screen);
[[nodiscard]] std::string to_json(const app::UsageResult& result);

/// How `csb stats` draws.
struct StatsStyle {
  bool ascii = false;
};
[[nodiscard]] std::string render(const app::StatsResult& result, const StatsStyle& style,
                                 const Screen& screen);
[[nodiscard]] std::string to_json(const app::StatsResult& result);

/// How `csb tree` draws.
struct TreeStyle {
  bool ascii = false;
  bool full_ids = false;
  bool facts = false;       ///< a line below with folder, size and messages
  bool prompts = false;     ///< and one with the first prompt
  std::size_t folders = 0;  ///< and so many of the folders it worked in
};
[[nodiscard]] std::string render(const app::TreeResult& result, const TreeStyle& style, const Screen& screen);
[[nodiscard]] std::string to_json(const app::TreeResult& result, std::int64_t now);

/// "~/src/engine (20×), ~/docs (3×) and 4 more": at most `most` of the folders a session worked in.
[[nodiscard]] std::string folders_text(const std::vector<catalogue::FolderRow>& folders, std::size_t most);

[[nodiscard]] std::string render(const app::LostResult& result, const Screen& screen);
[[nodiscard]] std::string to_json(const app::LostResult& result);
[[nodiscard]] std::string render(const app::LostDetails& details, const Screen& screen);
[[nodiscard]] std::string to_json(const app::LostDetails& details);
[[nodiscard]] std::string render(const app::LostExport& done, const Screen& screen);
[[nodiscard]] std::string to_json(const app::LostExport& done);

}  // namespace csb::cli
