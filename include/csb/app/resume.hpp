#pragma once

#include <string>
#include <utility>
#include <vector>

#include "csb/app/session_state.hpp"
#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// How a session is gone on with: where, and by what.
struct ResumePlan {
  InspectedSession inspected;
  bool open_now = false;               ///< a running client has it open
  std::string directory;               ///< where the client finds it; empty when that folder is gone
  std::string lost_directory;          ///< that folder, when it is gone
  std::string program;                 ///< the client, as it is found: an absolute path
  std::vector<std::string> arguments;  ///< after the program's name
  std::vector<std::pair<std::string, std::string>> environment;  ///< to set; an empty value: to unset

  explicit ResumePlan(InspectedSession session) : inspected(std::move(session)) {}
};

/// The session that `query` stands for; without one the newest whose folder is `folder` (a physical path).
/// @throws Error{not_found}, Error{ambiguous}
[[nodiscard]] catalogue::Session session_to_resume(const Settings& settings,
                                                   const catalogue::Catalogue& catalogue,
                                                   const std::string& query, const std::string& folder);

/// @param passed_on further arguments for the client
/// @throws Error{failed} when it cannot be resumed: a chat, a session of another machine
[[nodiscard]] ResumePlan plan_resume(const Settings& settings, const catalogue::Session& session,
                                     const std::vector<std::string>& passed_on);

/// What the client would refuse, or start from nothing. @throws Error{failed}, with what to do, when the
/// transcript on disk is missing, is no conversation, or is there twice
void check_resumable(const catalogue::Session& session);

/// The client's program: Settings::client, else `claude` of PATH. @throws Error{not_found}
[[nodiscard]] std::string find_client(const Settings& settings);

}  // namespace csb::app
