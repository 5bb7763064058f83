#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/conversation.hpp"
#include "search_scope.hpp"
#include "text_source.hpp"

namespace csb::app {

/// Reads the texts of candidates, from disk where they are there, else from the store.
class SearchFetcher {
 public:
  SearchFetcher(const Settings& settings, const catalogue::Catalogue& catalogue)
      : settings_(settings), catalogue_(catalogue) {}

  /// @return nothing when the text is not there any more
  [[nodiscard]] std::optional<std::string> text_of(const SearchCandidate& candidate);

  struct Context {
    std::string agent_id;
    std::vector<SearchText> before, after;
  };
  /// The messages around one that text_of() gave just before.
  [[nodiscard]] Context context_of(const SearchCandidate& candidate, std::size_t before, std::size_t after);

 private:
  struct Opened {
    std::string branch, path;
    std::uint64_t generation = 0;
    bool is_live = false;
    Conversation conversation;
  };
  Opened* open(const SearchCandidate& candidate, bool live);
  std::optional<std::string> read(const SearchCandidate& candidate, bool live);

  const Settings& settings_;
  const catalogue::Catalogue& catalogue_;
  std::deque<Opened> opened_;  ///< the latest few
  const Conversation* last_ = nullptr;
  std::string agent_id_;
};

}  // namespace csb::app
