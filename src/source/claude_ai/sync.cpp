#include "csb/source/claude_ai/sync.hpp"

#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "curl.hpp"
#include "hash.hpp"
#include "origin.hpp"
#include "sync_run.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::int64_t kFullListingEvery = 7 * kNsPerDay;

FetchOptions fetch_options(const SyncOptions& options) {
  FetchOptions fetch;
  fetch.concurrency = options.concurrency;
  fetch.delay = options.delay;
  fetch.retries = options.retries;
  fetch.retry_wait = options.retry_wait;
  fetch.deadline = std::chrono::steady_clock::now() + options.deadline;
  fetch.stop = options.stop;
  return fetch;
}

HttpLimits http_limits(const SyncOptions& options) {
  HttpLimits limits;
  limits.stall_seconds = static_cast<long>(options.stall.count());
  return limits;
}

bool has_chat_capability(const JsonValue& organization) {
  const JsonValue* capabilities = organization.find("capabilities");
  if (capabilities == nullptr) return false;
  for (const JsonValue& capability : capabilities->items)
    if (capability.text == "chat") return true;
  return false;
}

Body body_of(const Mirror& mirror, std::string_view text) {
  Body body = mirror.new_body();
  body.append(text);
  return body;
}

}  // namespace

std::string sync_obstacle() {
  try {
    static_cast<void>(curl());
    return {};
  } catch (const Error& error) {
    return std::string(error.what()) + "; " + error.hint();
  }
}

bool SyncResult::is_incomplete() const {
  if (ending != Ending::complete || !failed.empty()) return true;
  for (const Problem& problem : problems)
    if (problem.severity == Problem::Severity::not_saved) return true;
  return false;
}

SyncResult sync(const Secret& key, const SyncOptions& options) {
  static_cast<void>(curl());  // without it no mirror is begun
  return SyncRun(key, options).run();
}

SyncRun::SyncRun(const Secret& key, const SyncOptions& options)
    : options_(options),
      mirror_(options.dry_run ? Mirror::open_for_reading(options.mirror)
                              : Mirror::open_for_writing(options.mirror)),
      http_(service_origin(options.base_url), key, options.user_agent, options.proxy, http_limits(options)),
      fetcher_(http_, fetch_options(options)) {
  if (!mirror_) return;
  for (ChatState& state : mirror_->chats()) {
    std::string uuid = state.uuid;
    states_.emplace(std::move(uuid), std::move(state));
  }
  for (OrganizationState& known : mirror_->organizations()) known_organizations_.emplace(known.uuid, known);
}

SyncResult SyncRun::run() {
  if (!options_.dry_run) mirror_->repair_links();
  if (fetch_account()) {
    mark_left_organizations();
    for (const Organization& organization : organizations_) {
      if (ended()) break;
      sync_organization(organization);
    }
  }
  result_.not_tried += planned_.size();
  result_.requests = fetcher_.requests();
  result_.retried = fetcher_.retried();
  if (!options_.dry_run) {
    LastRun run = mirror_->last_run();
    run.sync_ns = now_ns();
    run.outcome = ended() ? result_.why : result_.is_incomplete() ? "some chats are missing" : "complete";
    mirror_->stage_last_run(run);
    mirror_->commit();
  }
  return std::move(result_);
}

bool SyncRun::fetch_account() {
  Failure failure;
  const Failure ended = fetcher_.run(std::make_unique<SmallJob>(
      "/api/account",
      [](const JsonValue& value) {
        return SessionId::parse(value.text_of("uuid")) ? std::string() : "the answer is no account";
      },
      [&](const SmallDocument& document) { read_account(document); },
      [&](const Failure& why) { failure = why; }));
  if (ended.trouble != Trouble::none) failure = ended;
  if (failure.trouble == Trouble::none) return true;
  end(failure);
  if (!this->ended()) {
    result_.ending = SyncResult::Ending::unreachable;
    result_.why = "cannot read the account: " + failure.what;
  }
  return false;
}

void SyncRun::read_account(const SmallDocument& document) {
  account_ = SessionId::parse(document.value.text_of("uuid"))->text();
  result_.account = document.value.text_of("email_address");
  if (!options_.dry_run) mirror_->stage_file(account_ + "/account.json", body_of(*mirror_, document.text));
  const JsonValue* memberships = document.value.find("memberships");
  if (memberships == nullptr || !memberships->is_array())
    problem(Problem::Severity::not_saved, "account",
            "the account does not say which organizations it belongs to");
  if (memberships == nullptr) return;
  for (const JsonValue& membership : memberships->items) {
    const JsonValue* found = membership.find("organization");
    if (found == nullptr || !found->is_object()) continue;
    const auto id = SessionId::parse(found->text_of("uuid"));
    if (!id) {
      problem(Problem::Severity::not_saved, found->text_of("name"), "an organization without a usable UUID");
      continue;
    }
    Organization organization{id->text(), found->text_of("name"),
                              document.text.substr(found->begin, found->end - found->begin),
                              has_chat_capability(*found)};
    auto& names = organization.has_chats ? result_.organizations : result_.skipped_organizations;
    names.push_back(organization.name.empty() ? organization.uuid : organization.name);
    if (organization.has_chats) organizations_.push_back(std::move(organization));
  }
}

void SyncRun::mark_left_organizations() {
  if (options_.dry_run) return;
  for (auto& [uuid, known] : known_organizations_) {
    bool is_present = known.account != account_;
    for (const Organization& organization : organizations_)
      is_present = is_present || organization.uuid == uuid;
    if (is_present || !known.is_present) continue;
    known.is_present = false;
    mirror_->stage_organization(known);
    problem(Problem::Severity::note, known.name,
            "the account is no longer in this organization; its chats stay here");
  }
}

void SyncRun::sync_organization(const Organization& organization) {
  OrganizationState& known = known_organizations_[organization.uuid];
  const bool full = options_.full || now_ns() - known.full_listing_ns > kFullListingEvery;
  std::set<std::string> present;
  for (const auto& [uuid, state] : states_)
    if (state.organization == organization.uuid && state.status != ChatState::Status::gone)
      present.insert(uuid);
  Lister lister(fetcher_, organization.uuid, [&](const Row& row) {
    const auto state = states_.find(row.uuid);
    return state != states_.end() && state->second.status == ChatState::Status::stored &&
           state->second.row == row.hash;
  });
  const Listing listing = lister.list(full, present);
  if (listing.failure.trouble != Trouble::none) {
    result_.listing_complete = false;
    end(listing.failure);
    if (!ended())
      problem(Problem::Severity::not_saved, organization.name,
              "its chats cannot be listed: " + listing.failure.what, "the next run tries again");
    return;
  }
  if (!options_.dry_run) {
    const std::string directory = account_ + "/" + organization.uuid;
    mirror_->stage_file(directory + "/organization.json", body_of(*mirror_, organization.json));
    known.uuid = organization.uuid;
    known.account = account_;
    known.name = organization.name;
    known.is_present = true;
    mirror_->stage_organization(known);
    mirror_->commit();
  }
  plan(organization, listing);
  if (listing.is_complete) check_absent(organization, listing);
  if (!options_.dry_run) want_projects(organization);
  fetch_planned();
  if (options_.dry_run) return;
  if (listing.is_complete && !ended()) {
    known.full_listing_ns = now_ns();
    mirror_->stage_organization(known);
  }
  mirror_->commit();
}

void SyncRun::end(const Failure& failure) {
  using Ending = SyncResult::Ending;
  if (!failure.ends_run() || ended()) return;
  result_.why = failure.what;
  result_.ending = failure.trouble == Trouble::key            ? Ending::key
                   : failure.trouble == Trouble::blocked      ? Ending::blocked
                   : failure.trouble == Trouble::rate_limited ? Ending::rate_limited
                   : failure.trouble == Trouble::out_of_time  ? Ending::out_of_time
                                                              : Ending::interrupted;
}

void SyncRun::problem(Problem::Severity severity, const std::string& about, const std::string& what,
                      const std::string& hint) {
  result_.problems.push_back({severity, about, what, hint});
}

}  // namespace csb::claude_ai
