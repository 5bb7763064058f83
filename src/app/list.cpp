#include "csb/app/list.hpp"

#include "csb/source/claude_code/source.hpp"
#include "retentions.hpp"

namespace csb::app {

bool is_filter(const catalogue::SessionQuery& query) {
  return !query.words.empty() || query.folder || !query.touched_file.empty() || !query.tool.empty() ||
         !query.source.empty() || query.since_ns || query.until_ns;
}

ListResult list(const Settings& settings, const catalogue::Catalogue& catalogue,
                const catalogue::SessionQuery& query, bool with_folders) {
  ListResult result;
  result.retention = claude_code::source().retention(settings.claude_dir);
  catalogue::SessionPage page = catalogue.sessions(query);
  result.matched = page.matched;
  result.hidden_deleted = page.hidden_deleted;
  result.sessions.reserve(page.sessions.size());
  Retentions retentions;
  for (catalogue::Session& session : page.sessions) {
    const source::Retention& retention = retentions.of(session);
    result.sessions.push_back(inspect_session(std::move(session), retention));
  }
  if (with_folders)
    for (const InspectedSession& session : result.sessions)
      result.folders.push_back(catalogue.folders_of(session.session.id));
  if (result.matched == 0 && result.hidden_deleted == 0) {
    const catalogue::Totals totals = catalogue.totals();
    result.nothing_stored = totals.sessions_present + totals.sessions_deleted == 0;
  }
  return result;
}

}  // namespace csb::app
