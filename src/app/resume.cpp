#include "csb/app/resume.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "csb/app/conversation.hpp"
#include "csb/app/roster.hpp"
#include "csb/app/show.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kChats = "claude.ai";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

/// Its transcript lies where the client looks from this folder.
bool belongs_to(const catalogue::Session& session, const std::string& folder, const std::string& slug) {
  return session.cwd == folder || base_name(parent_path(session.path)) == slug;
}

/// The client is told of its directory only where it would not find it by itself.
void choose_environment(ResumePlan& plan) {
  const std::string& root = plan.inspected.session.root_path;
  const std::string set = environment("CLAUDE_CONFIG_DIR");
  if (!set.empty() && fs::real_path(set) == root) return;
  const bool is_default = fs::real_path(environment("HOME") + "/.claude") == root;
  if (is_default && set.empty()) return;
  plan.environment.emplace_back("CLAUDE_CONFIG_DIR", is_default ? std::string() : root);
}

/// Project folders that hold a transcript of this session.
std::vector<std::string> places_of(const catalogue::Session& session) {
  std::vector<std::string> places;
  const std::string projects = session.root_path + "/projects";
  for (const std::string& slug : fs::list_directory(projects))
    if (fs::exists(fmt::format("{}/{}/{}.jsonl", projects, slug, session.id.text()))) places.push_back(slug);
  return places;
}

}  // namespace

catalogue::Session session_to_resume(const Settings& settings, const catalogue::Catalogue& catalogue,
                                     const std::string& query, const std::string& folder) {
  if (!query.empty()) return resolve_session(settings, catalogue, query);
  const std::string slug = claude_code::project_slug(folder);
  catalogue::SessionQuery newest_first;
  for (catalogue::Session& session : catalogue.sessions(newest_first).sessions)
    if (session.source != kChats && belongs_to(session, folder, slug)) return std::move(session);
  throw Error(ErrorCode::not_found, fmt::format("no session belongs to this folder, '{}'", printable(folder)),
              "name one: 'csb list' shows them");
}

std::string find_client(const Settings& settings) {
  if (std::string found = locate_program(settings.client.empty() ? "claude" : settings.client);
      !found.empty())
    return found;
  if (!settings.client.empty())
    throw Error(ErrorCode::not_found, fmt::format("'{}' is no program", printable(settings.client)),
                "csb.claude names the client: 'csb config csb.claude PATH'");
  throw Error(ErrorCode::not_found, "there is no 'claude' in PATH",
              "install the client, or name it: 'csb config csb.claude PATH'");
}

ResumePlan plan_resume(const Settings& settings, const catalogue::Session& session,
                       const std::vector<std::string>& passed_on) {
  if (session.source == kChats)
    throw Error(ErrorCode::failed,
                fmt::format("{} is a chat of claude.ai, not a session of the client", session.id.brief()),
                fmt::format("'csb view {}' reads it", session.id.brief()));
  ResumePlan plan(inspect_session(session, {}));
  if (session.root_path.empty() || plan.inspected.state == SessionState::unknown)
    throw Error(
        ErrorCode::failed,
        fmt::format("session {} is of another machine, or its directory is not there", session.id.brief()),
        fmt::format("'csb restore {} --to DIR' writes its files somewhere", session.id.brief()));
  plan.open_now = is_open_now(session);
  plan.directory = resume_directory(session);
  if (!fs::is_directory(plan.directory)) plan.lost_directory = std::exchange(plan.directory, {});
  plan.program = find_client(settings);
  plan.arguments = {"--resume", session.id.text()};
  plan.arguments.insert(plan.arguments.end(), passed_on.begin(), passed_on.end());
  choose_environment(plan);
  return plan;
}

void check_resumable(const catalogue::Session& session) {
  const std::string brief(session.id.brief());
  const auto places = places_of(session);
  if (places.size() > 1) {
    std::string hint = "the client finds none of them then: move all but one away";
    for (const std::string& slug : places)
      hint += fmt::format("\n  projects/{}/{}.jsonl", slug, session.id.text());
    throw Error(ErrorCode::failed, fmt::format("session {} lies in {} project folders", brief, places.size()),
                hint);
  }
  const auto live = Conversation::open_live(session.source, session.root_path, session.path);
  if (!live)
    throw Error(ErrorCode::failed, fmt::format("'{}' is not there", printable(session.path)),
                fmt::format("'csb restore {}' brings it back", brief));
  bool is_conversation = false;
  live->read([&](const Message& message, const MessagePlace&) {
    is_conversation = message.role == Message::Role::human || message.role == Message::Role::assistant;
    return !is_conversation;
  });
  if (!is_conversation)
    throw Error(
        ErrorCode::failed, fmt::format("the transcript of session {} holds no conversation any more", brief),
        fmt::format("'csb log {0}' shows what is stored; 'csb restore {0} --force' brings it back", brief));
}

}  // namespace csb::app
