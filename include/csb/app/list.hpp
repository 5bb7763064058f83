#pragma once

#include <vector>

#include "csb/app/session_state.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

struct ListResult {
  std::vector<InspectedSession> sessions;
  std::vector<std::vector<catalogue::FolderRow>> folders;  ///< of each of them, when asked for
  std::size_t matched = 0;                                 ///< without the limit
  std::size_t hidden_deleted = 0;                          ///< deleted ones that match but were not asked for
  bool nothing_stored = false;                             ///< the catalogue holds no session at all
  source::Retention retention;                             ///< of the first Claude directory
};

/// True when `query` leaves sessions out for another reason than that they are deleted, or too many.
[[nodiscard]] bool is_filter(const catalogue::SessionQuery& query);

/// Sessions from the catalogue; of those returned, and of no other, the transcript is stat'ed.
[[nodiscard]] ListResult list(const Settings& settings, const catalogue::Catalogue& catalogue,
                              const catalogue::SessionQuery& query, bool with_folders = false);

}  // namespace csb::app
