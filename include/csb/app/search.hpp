#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/catalogue/text_index.hpp"

namespace csb::app {

struct SearchRequest {
  /// A term each, or operators: AND, OR, NOT, ( and ).
  std::vector<std::string> terms;
  enum class How {
    words,      ///< a literal text that begins a word: answered by the index
    substring,  ///< a literal text anywhere: by reading everything
    regex,      ///< likewise
  } how = How::words;
  bool match_any = false;  ///< terms without operators: any is enough
  bool fixed = false;      ///< operators are terms too
  bool case_sensitive = false;
  bool within_message = false;  ///< terms combine within one message; else within one session

  // What counts as a hit. Empty, nothing: all.
  std::vector<catalogue::TextKind> kinds;
  std::string tool;  ///< inputs and outputs of this tool; any case
  std::optional<std::int64_t> since_ns{}, until_ns{};
  std::string session;                            ///< as resolve_session() takes it
  std::optional<catalogue::FolderFilter> folder;  ///< sessions that worked there
  std::string touched_file;                       ///< sessions whose tools touched it
  std::string source;                             ///< such as "claude.ai"
  catalogue::DeletedFilter deleted = catalogue::DeletedFilter::all;

  enum class Sort {
    relevance,  ///< new before old, and what was said before what tools put out
    newest,
    oldest,
  } sort = Sort::relevance;
  std::optional<std::size_t> limit = 20;  ///< hits, or sessions
  bool one_per_session = false;
  std::size_t before = 0, after = 0;  ///< messages around each hit
  bool use_index = true;              ///< false: read everything, whatever How
};

struct SearchText {
  catalogue::TextKind kind = catalogue::TextKind::prompt;
  std::string tool;
  std::int64_t time_ns = 0;
  std::string text;
};

struct SearchHit {
  catalogue::Session session;
  std::string path;      ///< of the file it stands in, relative to the root
  std::string agent_id;  ///< of the subagent that said it; may be empty
  std::uint64_t offset = 0;
  SearchText text;  ///< around the first match, at most 2 KB
  bool cut_before = false, cut_after = false;
  struct Mark {
    std::size_t begin = 0, end = 0;
  };
  std::vector<Mark> marks;    ///< of `text.text`, in order
  bool is_deleted = false;    ///< the session is not on disk any more
  bool is_older = false;      ///< it stands in older versions of the file only
  std::uint64_t also_in = 0;  ///< other sessions that hold the same message
  std::vector<SearchText> before, after;

  explicit SearchHit(catalogue::Session of) : session(std::move(of)) {}
};

struct SearchSummary {
  std::size_t hits = 0, sessions = 0;
  bool has_more = false;           ///< more hits than the limit
  bool by_reading = false;         ///< not by the index
  bool is_behind = false;          ///< the index does not know the newest versions yet
  std::vector<std::string> notes;  ///< what limits the answer: sentences
};

/// Finds texts in everything that is archived: live and deleted sessions, subagents, results of tools, older
/// versions. A message that several files hold (forks, moves, versions) is one hit. `visit` gets the hits,
/// those of one session together, as soon as they are known.
/// @throws Error{usage} for a query that is none, Error{not_found} and Error{ambiguous} for the session
SearchSummary search(const Settings& settings, const catalogue::Catalogue& catalogue,
                     const SearchRequest& request, const std::function<void(SearchHit&&)>& visit);

}  // namespace csb::app
