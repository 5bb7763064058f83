#pragma once

#include <string_view>
#include <vector>

#include "csb/app/versions.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

struct LogResult {
  catalogue::Session session;
  std::vector<TranscriptVersion> versions;  ///< oldest first, numbered
  const TranscriptVersion* best = nullptr;  ///< into `versions`: what restore would take

  explicit LogResult(catalogue::Session from) : session(std::move(from)) {}
};

/// The life of one session's transcript, from the catalogue alone. @throws Error{not_found, ambiguous}
[[nodiscard]] LogResult log(const catalogue::Catalogue& catalogue, std::string_view session);

/// The version with this number. @throws Error{not_found} that says which numbers there are
[[nodiscard]] const TranscriptVersion& numbered_version(const std::vector<TranscriptVersion>& versions,
                                                        std::uint64_t number);

}  // namespace csb::app
