#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "csb/model/session_id.hpp"
#include "csb/source/claude_ai/sync.hpp"
#include "fetcher.hpp"
#include "http.hpp"
#include "jobs.hpp"
#include "listing.hpp"

namespace csb::claude_ai {

/// One organization of the account, as the service describes it.
struct Organization {
  std::string uuid, name;
  std::string json;  ///< its raw description
  bool has_chats = false;
};

/// One run of sync().
class SyncRun {
 public:
  SyncRun(const Secret& key, const SyncOptions& options);
  [[nodiscard]] SyncResult run();

 private:
  struct Folder;  ///< what a run knows of an organization

  // The account and its organizations.
  [[nodiscard]] bool fetch_account();
  void read_account(const SmallDocument& document);
  void sync_organization(const Organization& organization);
  void mark_left_organizations();

  // Chats.
  void plan(const Organization& organization, const Listing& listing);
  [[nodiscard]] bool adopt(const Row& row, ChatState& state);
  void want_chat(const Row& row, ChatState state);
  void check_absent(const Organization& organization, const Listing& listing);
  void store_chat(const Row& row, ChatState state, Body body, const ChatFacts& facts);
  void chat_failed(const Row& row, ChatState state, const Failure& failure, std::optional<Body> suspect);
  void fetch_planned();
  [[nodiscard]] std::unique_ptr<Job> next_job();

  // Everything else.
  void want_projects(const Organization& organization);
  void want_project(const Organization& organization, const std::string& uuid, std::uint64_t hash);
  void want_document(const std::string& url, const std::string& path, bool optional,
                     const std::function<void(bool good)>& done = {});
  void want_files(const ChatState& state, const std::vector<ChatFile>& files);
  void want_uploads(const ChatState& state, const std::vector<ChatFile>& files,
                    const std::shared_ptr<bool>& all_good);
  void want_outputs(const ChatState& state, const std::shared_ptr<bool>& all_good);
  void want_file(const std::string& url, const std::string& fallback, const std::string& path,
                 const std::shared_ptr<bool>& all_good);

  void end(const Failure& failure);
  void problem(Problem::Severity severity, const std::string& about, const std::string& what,
               const std::string& hint = {});
  [[nodiscard]] bool ended() const { return result_.ending != SyncResult::Ending::complete; }
  [[nodiscard]] std::string path_of(const std::string& relative) const {
    return options_.mirror + "/" + relative;
  }

  const SyncOptions& options_;
  SyncResult result_;
  std::optional<Mirror> mirror_;  ///< none: a dry run before the first sync
  std::string account_;
  std::vector<Organization> organizations_;
  std::map<std::string, ChatState> states_;  ///< by UUID
  std::map<std::string, OrganizationState> known_organizations_;
  std::deque<std::unique_ptr<Job>> extra_;  ///< first
  struct Planned {
    Row row;
    ChatState state;
    bool is_listed = true;
  };
  std::deque<Planned> planned_;
  std::uint64_t total_ = 0, done_ = 0;
  std::size_t failures_in_a_row_ = 0;
  // Last: what is on its way refers to all of the above.
  Http http_;
  Fetcher fetcher_;
};

}  // namespace csb::claude_ai
