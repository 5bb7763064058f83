#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/lost.hpp"

namespace csb::app {

/// Which sessions have a transcript, and what there is of those that have none.
struct LostEvidence {
  std::set<SessionId> archived;
  std::set<SessionId> waiting;                        ///< transcript on disk only: the next backup takes it
  std::set<SessionId> open;                           ///< a client has it open: a transcript may yet come
  std::map<SessionId, std::vector<LostFile>> files;   ///< of all others; by path
  std::map<SessionId, std::vector<SessionId>> forks;  ///< of all others
  std::map<SessionId, std::string> registered;        ///< of all others: left in the registry; its folder

  [[nodiscard]] bool is_lost(const SessionId& session) const {
    return !archived.contains(session) && !waiting.contains(session) && !open.contains(session);
  }
};

/// Walks the Claude directories (opening no file but the registry's). @param catalogue may be nullptr
[[nodiscard]] LostEvidence gather_evidence(const Settings& settings, const catalogue::Catalogue* catalogue);

/// Every entry of history.jsonl: of the file, and of its newest archived version where the file is gone or
/// has become smaller; then some come twice. @return lines that are none
std::uint64_t read_history(const Settings& settings, const catalogue::Catalogue* catalogue,
                           const claude_code::HistoryReader::Sink& sink);

/// The content of a long paste; empty when it is nowhere any more.
std::string read_paste(const Settings& settings, const catalogue::Catalogue* catalogue,
                       const std::string& hash);

/// The newest archived version of a path that has content.
[[nodiscard]] std::optional<catalogue::Version> newest_version(const catalogue::Catalogue* catalogue,
                                                               const std::string& branch,
                                                               const std::string& path);

/// The content of a file of a Claude directory, from disk, else from the store, in pieces.
/// @throws Error when it cannot be read
void read_left_file(const Settings& settings, const LostFile& file,
                    const std::function<void(std::string_view)>& sink);

}  // namespace csb::app
