#include <sys/stat.h>

#include "csb/util/fs.hpp"
#include "sync_run.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kTooManyFailures = 25;

NamedChat named(const ChatState& state, std::string what = {}) {
  return {state.uuid, state.name, std::move(what)};
}

}  // namespace

void SyncRun::plan(const Organization& organization, const Listing& listing) {
  result_.listed += listing.rows.size();
  if (listing.bad_rows > 0)
    problem(Problem::Severity::not_saved, organization.name,
            "the list has " + std::to_string(listing.bad_rows) +
                " rows that name no chat; they cannot be fetched");
  if (listing.missing > 0)
    problem(Problem::Severity::not_saved, organization.name,
            "the service counts " + std::to_string(listing.missing) + " more chats than it lists",
            "the next run lists all of them again");
  if (!listing.is_complete && !listing.stopped_early) result_.listing_complete = false;
  for (const Row& row : listing.rows) {
    const auto known = states_.find(row.uuid);
    ChatState state = known == states_.end() ? ChatState() : known->second;
    if (known == states_.end()) {
      state.uuid = row.uuid;
      state.name = row.name;
    }
    const bool is_known = state.status == ChatState::Status::stored && state.row == row.hash &&
                          state.organization == organization.uuid && !(options_.files && !state.has_files);
    if (is_known && !options_.full) {
      ++result_.unchanged;
      continue;
    }
    const std::string old_path = state.size > 0 ? state.path() : std::string();
    state.account = account_;
    state.organization = organization.uuid;
    if (!options_.dry_run && !old_path.empty() && old_path != state.path())
      mirror_->move_chat(old_path, state);
    if (!options_.full && !options_.files && adopt(row, state)) {
      ++result_.unchanged;
      continue;
    }
    planned_.push_back({row, std::move(state), true});
  }
  total_ = done_ + planned_.size();
}

/// A run was killed after it stored the chat, and before it said so: the file itself says so.
bool SyncRun::adopt(const Row& row, ChatState& state) {
  const auto facts = read_chat_file(path_of(state.path()));
  if (!facts || !facts->is_complete || !facts->is_from_api || facts->uuid != row.uuid) return false;
  const std::uint64_t hash = row_hash(facts->name, facts->leaf_uuid, facts->updated_ns, facts->is_starred,
                                      facts->is_archived, facts->project_uuid);
  if (hash != row.hash || facts->duplicate_messages > 0 || facts->missing_parents > 0) return false;
  if (options_.dry_run) return true;
  describe(state, *facts, 1);
  struct stat st {};
  if (::stat(path_of(state.path()).c_str(), &st) == 0) state.size = static_cast<std::uint64_t>(st.st_size);
  state.row = row.hash;
  state.status = ChatState::Status::stored;
  state.error.clear();
  mirror_->stage_state(state);
  mirror_->commit_when_due();
  return true;
}

void SyncRun::check_absent(const Organization& organization, const Listing& listing) {
  std::set<std::string> listed;
  for (const Row& row : listing.rows) listed.insert(row.uuid);
  for (const auto& [uuid, state] : states_) {
    if (state.organization != organization.uuid || state.status == ChatState::Status::gone ||
        listed.contains(uuid))
      continue;
    planned_.push_back({Row{uuid, state.name, "", 0, 0}, state, false});
  }
  total_ = done_ + planned_.size();
}

void SyncRun::fetch_planned() {
  if (options_.dry_run) {
    for (const Planned& planned : planned_) {
      if (!planned.is_listed) continue;  // whether it is gone would have to be asked
      (planned.state.size == 0 ? result_.added : result_.updated).push_back(named(planned.state));
    }
    planned_.clear();
    return;
  }
  const Failure ended = fetcher_.run([this] { return next_job(); }, [this] { mirror_->commit_when_due(); });
  end(ended);
  mirror_->commit();
}

std::unique_ptr<Job> SyncRun::next_job() {
  if (!extra_.empty()) {
    std::unique_ptr<Job> job = std::move(extra_.front());
    extra_.pop_front();
    return job;
  }
  if (failures_in_a_row_ >= kTooManyFailures && !ended()) {
    result_.ending = SyncResult::Ending::gave_up;
    result_.why = std::to_string(failures_in_a_row_) + " fetches in a row failed";
  }
  if (planned_.empty() || ended()) return nullptr;
  Planned planned = std::move(planned_.front());
  planned_.pop_front();
  const Row row = planned.row;
  const ChatState state = planned.state;
  ChatJob::Wanted wanted{row.uuid, row.updated_ns, std::nullopt};
  if (planned.is_listed) wanted.leaf = row.leaf;
  return std::make_unique<ChatJob>(
      "/api/organizations/" + state.organization + "/chat_conversations/" + row.uuid +
          "?tree=True&rendering_mode=messages&render_all_tools=true&consistency=strong",
      std::move(wanted), mirror_->new_body(),
      [this, row, state](Body body, const ChatFacts& facts) {
        store_chat(row, state, std::move(body), facts);
      },
      [this, row, state](const Failure& failure, std::optional<Body> suspect) {
        chat_failed(row, state, failure, std::move(suspect));
      });
}

void SyncRun::store_chat(const Row& row, ChatState state, Body body, const ChatFacts& facts) {
  failures_in_a_row_ = 0;
  if (options_.progress) options_.progress(++done_, total_);
  const bool is_new = state.size == 0;
  const bool is_same = !is_new && body.equals_file(path_of(state.path()));
  describe(state, facts, body.size());
  state.row = row.hash;
  state.status = ChatState::Status::stored;
  state.error.clear();
  state.has_files = false;
  if (is_same) {
    ++result_.unchanged;
  } else {
    (is_new ? result_.added : result_.updated).push_back(named(state));
  }
  states_[state.uuid] = state;
  mirror_->stage_chat(std::move(body), state);
  if (options_.files) want_files(state, facts.files);
  mirror_->commit_when_due();
}

void SyncRun::chat_failed(const Row& row, ChatState state, const Failure& failure,
                          std::optional<Body> suspect) {
  if (failure.trouble == Trouble::missing) {
    failures_in_a_row_ = 0;
    if (row.hash == 0) {  // not listed, and not there: deleted
      state.status = ChatState::Status::gone;
      state.error.clear();
      result_.gone.push_back(named(state));
      states_[state.uuid] = state;
      mirror_->stage_state(state);
    }  // else it went between the list and now: the next complete list tells
    return;
  }
  if (failure.ends_run()) {
    ++result_.not_tried;
    return;
  }
  ++failures_in_a_row_;
  const std::string kept = state.account + "/" + state.organization + "/suspect/" + state.uuid + ".json";
  std::string what = failure.what;
  if (suspect) {
    mirror_->stage_file(kept, std::move(*suspect));
    what += "; what came is kept beside it";
  }
  result_.failed.push_back(named(state, what));
  state.status = ChatState::Status::pending;
  state.error = what;
  states_[state.uuid] = state;
  mirror_->stage_state(state);
}

}  // namespace csb::claude_ai
