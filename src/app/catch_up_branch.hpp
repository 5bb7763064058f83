#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "catch_up_content.hpp"
#include "catch_up_prefix.hpp"
#include "csb/archive/store.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/source/source.hpp"
#include "csb/util/error.hpp"

namespace csb::app {

/// Reads commits of one branch, oldest first, into the catalogue.
class BranchReader {
 public:
  struct Target {
    std::int64_t root_id = 0;
    std::string branch;
    const source::Source& source;
    ConfigPrefixes prefixes;
  };

  BranchReader(const catalogue::Catalogue& catalogue, catalogue::Catalogue::Update& update,
               const archive::Store& store, const source::PathPolicy& policy, Target target);

  /// Records what the commit changed.
  void read(const archive::CommitInfo& commit);
  /// Records the state all those commits left, and the sessions they touched.
  /// @param progress gets the paths recorded and how many there are; may be empty
  void finish(const std::function<void(std::uint64_t, std::uint64_t)>& progress = {});
  /// Contents that could not be read, so that their facts are missing.
  [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

 private:
  /// Where a content is.
  struct Place {
    Oid commit;
    std::string tree_path;
    std::uint64_t order = 0;  ///< rises with what is recorded
  };
  struct PathNews {
    bool present = false;
    std::optional<Change> content;      ///< the last change that left one
    Place place;                        ///< of that content
    std::optional<Place> conversation;  ///< the newest content that has messages
  };

  void record(const archive::CommitInfo& commit, Change change, const std::string& tree_path);
  void keep_history(const std::string& path, const PathNews& news);
  void count_messages(const archive::CommitInfo& commit, Change& change, const std::string& tree_path);
  void finish_path(const std::string& path, const PathNews& news);
  /// The content there. @return nothing when it is damaged, which is reported
  [[nodiscard]] std::optional<StoredContent> content_at(const std::string& path, const Place& place,
                                                        bool parse);
  void add_facts(catalogue::FileState& state, const PathNews& news,
                 const std::optional<StoredContent>& newest);
  [[nodiscard]] std::optional<StoredContent> content_before_move(const catalogue::FileState& state,
                                                                 const Place& newest);
  void report(const std::string& path, const Error& error);
  [[nodiscard]] bool is_wanted(const std::string& path) const;
  [[nodiscard]] bool lies_elsewhere(const archive::CommitInfo& commit, const std::string& prefix,
                                    const std::string& path) const;

  const catalogue::Catalogue& catalogue_;
  catalogue::Catalogue::Update& update_;
  const archive::Store& store_;
  const source::PathPolicy& policy_;
  Target target_;
  std::map<std::string, PathNews> news_;
  std::uint64_t recorded_ = 0;
  std::set<SessionId> sessions_;
  std::vector<Problem> problems_;
  /// The last content parsed to count its messages: the same one often comes again.
  std::map<std::string, std::pair<Oid, StoredContent>> parsed_;  // by path
};

}  // namespace csb::app
