#include "csb/app/list.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "csb/source/claude_code/source.hpp"
#include "retentions.hpp"

namespace csb::app {

bool is_filter(const catalogue::SessionQuery& query) {
  return !query.words.empty() || query.folder || !query.touched_file.empty() || !query.tool.empty() ||
         !query.source.empty() || query.since_ns || query.until_ns;
}

namespace {

/// The catalogue orders by age. Where roots keep sessions for different times, and some for ever, that is not
/// the order in which they go.
catalogue::SessionPage page_of(const catalogue::Catalogue& catalogue, const catalogue::SessionQuery& query,
                               Retentions& retentions) {
  if (query.sort != catalogue::SessionSort::expiration || catalogue.roots().size() < 2)
    return catalogue.sessions(query);
  catalogue::SessionQuery all = query;
  all.limit.reset();
  catalogue::SessionPage page = catalogue.sessions(all);
  const auto goes = [&](const catalogue::Session& session) {
    const source::Retention& retention = retentions.of(session);
    const bool ever = session.present && retention.days;
    return std::pair(!session.present, ever ? swept_from(session.mtime_ns, *retention.days)
                                            : std::numeric_limits<std::int64_t>::max());
  };
  std::stable_sort(page.sessions.begin(), page.sessions.end(),
                   [&](const auto& a, const auto& b) { return goes(a) < goes(b); });
  if (query.limit && page.sessions.size() > *query.limit)
    page.sessions.erase(page.sessions.begin() + static_cast<std::ptrdiff_t>(*query.limit),
                        page.sessions.end());
  return page;
}

}  // namespace

ListResult list(const Settings& settings, const catalogue::Catalogue& catalogue,
                const catalogue::SessionQuery& query, bool with_folders) {
  ListResult result;
  result.retention = claude_code::source().retention(settings.claude_dir);
  Retentions retentions;
  catalogue::SessionPage page = page_of(catalogue, query, retentions);
  result.matched = page.matched;
  result.hidden_deleted = page.hidden_deleted;
  result.sessions.reserve(page.sessions.size());
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
