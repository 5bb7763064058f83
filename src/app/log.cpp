#include "csb/app/log.hpp"

#include <fmt/format.h>

#include "csb/util/error.hpp"

namespace csb::app {

LogResult log(const catalogue::Catalogue& catalogue, std::string_view session) {
  LogResult result(resolve_session(catalogue, session));
  result.versions = transcript_versions(catalogue, result.session.id);
  result.best = best_version(result.versions);
  return result;
}

const TranscriptVersion& numbered_version(const std::vector<TranscriptVersion>& versions,
                                          std::uint64_t number) {
  std::uint64_t newest = 0;
  for (const TranscriptVersion& version : versions) {
    if (version.number == number && number != 0) return version;
    newest = std::max(newest, version.number);
  }
  throw Error(ErrorCode::not_found, fmt::format("there is no version {}", number),
              newest == 0
                  ? "no version of this transcript is stored"
                  : fmt::format("versions are numbered 1 (oldest) to {} (newest): see 'csb log'", newest));
}

}  // namespace csb::app
