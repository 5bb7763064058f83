#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/search.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// A session that may have hits.
struct ScopedSession {
  catalogue::Session session;
  bool is_deleted = false;
  bool is_admitted = false;  ///< by what the request says of sessions

  explicit ScopedSession(catalogue::Session of) : session(std::move(of)) {}
};

/// A text that may be a hit, and where it stands.
struct SearchCandidate {
  std::uint64_t key = 0;
  catalogue::TextKind kind = catalogue::TextKind::prompt;
  std::string tool;
  std::int64_t time_ns = 0;
  const ScopedSession* session = nullptr;
  const catalogue::Root* root = nullptr;
  std::string path;
  std::string_view format;
  std::uint64_t generation = 0;  ///< 0: the newest
  std::uint64_t offset = 0, block = 0;
  bool is_older = false;      ///< stands in older versions only
  bool is_beginning = false;  ///< found by the beginning of a word
  std::uint64_t also_in = 0;  ///< other sessions
};

/// What of the archive a search is about.
class SearchScope {
 public:
  /// @throws Error{not_found}, Error{ambiguous}
  SearchScope(const catalogue::Catalogue& catalogue, const SearchRequest& request);

  [[nodiscard]] const std::vector<catalogue::Root>& roots() const { return roots_; }
  /// nullptr when there is none.
  [[nodiscard]] const catalogue::Root* root(std::string_view branch) const;
  /// nullptr when the catalogue has none by that id. Stays valid.
  [[nodiscard]] const ScopedSession* session(const SessionId& id);
  /// The session whose file this is. Documents that belong to no chat get one made up for them, with the id
  /// of their project. nullptr when there is none. Stays valid.
  [[nodiscard]] const ScopedSession* session_of(const catalogue::Root& root, const std::string& path,
                                                const std::optional<SessionId>& id);
  /// Whether a text counts, by what it is.
  [[nodiscard]] bool admits(catalogue::TextKind kind, std::string_view tool, std::int64_t time_ns) const;
  /// Whether admits() depends on anything.
  [[nodiscard]] bool admits_all_texts() const;

 private:
  const ScopedSession* documents(const catalogue::Root& root, const std::string& path);

  const catalogue::Catalogue& catalogue_;
  const SearchRequest& request_;
  std::vector<catalogue::Root> roots_;
  std::optional<std::set<std::string, std::less<>>> admitted_;  ///< ids; nothing = all
  std::map<std::string, std::unique_ptr<ScopedSession>, std::less<>> sessions_;
  std::map<std::string, std::unique_ptr<ScopedSession>, std::less<>> documents_;  ///< by branch and path
};

/// Whether a file stands where its session is now: files of a moved session are left in its old place.
[[nodiscard]] bool is_in_place(std::string_view path, const catalogue::Session& session);

/// Brings those to the front that are to be shown first.
void sort_candidates(std::vector<SearchCandidate>& candidates, SearchRequest::Sort sort);

/// Smaller is better: the present before the past, the original before its forks.
[[nodiscard]] bool is_better(const SearchCandidate& a, const SearchCandidate& b);

}  // namespace csb::app
