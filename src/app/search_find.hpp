#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "csb/catalogue/text_index.hpp"
#include "search_fetch.hpp"
#include "search_scope.hpp"
#include "search_terms.hpp"

namespace csb::app {

/// Finds candidates by the index, without looking at texts as far as that can be helped.
class IndexFinder {
 public:
  IndexFinder(const catalogue::TextIndex& index, const SearchRequest& request, const SearchTerms& terms,
              SearchScope& scope, SearchFetcher& fetcher);

  /// About `count` more candidates, the last indexed first. All that are left when `count` is nothing.
  [[nodiscard]] std::vector<SearchCandidate> next(std::optional<std::size_t> count);
  /// No more will come.
  [[nodiscard]] bool is_complete() const { return is_complete_; }

 private:
  struct File {
    catalogue::TextFile file;
    const ScopedSession* session = nullptr;
    const catalogue::Root* root = nullptr;
    std::string_view format;
    bool is_in_place = true;
  };
  const File& file(std::int64_t id);
  [[nodiscard]] std::optional<SearchCandidate> candidate_of(const catalogue::TextDocument& document);
  [[nodiscard]] std::set<std::string> admitted_sessions_of(const catalogue::TextDocument& document);
  [[nodiscard]] bool holds(const catalogue::TextDocument& document, std::size_t term);
  [[nodiscard]] std::set<std::string> sessions_with(std::size_t term);
  void find_sessions();

  const catalogue::TextIndex& index_;
  const SearchRequest& request_;
  const SearchTerms& terms_;
  SearchScope& scope_;
  SearchFetcher& fetcher_;
  std::unordered_map<std::int64_t, File> files_;
  std::optional<std::set<std::string>> sessions_;  ///< in which the query holds; nothing = not asked
  std::unordered_set<std::int64_t> given_;
  bool is_complete_ = false;
};

/// Finds candidates by reading everything: what is on disk as it is now, else what is stored.
/// Of very many, where not all are wanted, the best.
/// @param summary gets notes of what could not be read, and whether there is more
[[nodiscard]] std::vector<SearchCandidate> find_by_reading(const Settings& settings,
                                                           const catalogue::Catalogue& catalogue,
                                                           const SearchRequest& request,
                                                           const SearchTerms& terms, SearchScope& scope,
                                                           SearchSummary& summary);

}  // namespace csb::app
