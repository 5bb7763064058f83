#pragma once

#include <string>
#include <vector>

#include "csb/source/claude_ai/mirror.hpp"
#include "state_database.hpp"

namespace csb::claude_ai {

/// by-name/<organization>/<title>-<uuid>.json: a second name (hard link) for each chat's file, so that
/// `ls` and `grep -r` find chats by what people called them. Follows renames of both. A convenience: where
/// the file system has no hard links it is a symbolic link, and no failure stops a run.
/// @param organizations, chats what changed; their `link` is set here
void update_links(const std::string& root, const StateDatabase& database,
                  std::vector<OrganizationState>& organizations, std::vector<ChatState>& chats);

/// Takes away the second name of a chat that is no longer in that organization.
void remove_link(const std::string& root, const StateDatabase& database, const std::string& organization,
                 const std::string& link);

}  // namespace csb::claude_ai
