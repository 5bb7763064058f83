#include "by_name.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <map>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "file_name.hpp"

namespace csb::claude_ai {
namespace {

std::string with_id(const std::string& name, std::string_view id) {
  const std::string front = file_name(name);
  return front.empty() ? std::string(id) : front + "-" + std::string(id);
}

/// Names are csb's own (made by with_id), but what lies there may not be: only links are replaced.
void link_chat(const std::string& root, const std::string& directory, const std::string& old_link,
               const ChatState& chat) {
  const std::string target = root + "/" + chat.path();
  const std::string path = directory + "/" + chat.link;
  if (!old_link.empty() && old_link != chat.link) ::unlink((directory + "/" + old_link).c_str());
  struct stat here {
  }, there{};
  if (::stat(target.c_str(), &there) != 0) return;
  if (::lstat(path.c_str(), &here) == 0) {
    if (here.st_ino == there.st_ino && here.st_dev == there.st_dev) return;
    ::unlink(path.c_str());
  }
  if (::link(target.c_str(), path.c_str()) == 0) return;
  const std::string relative = "../../" + chat.path();
  if (::symlink(relative.c_str(), path.c_str()) != 0) return;  // a view: without it all is still there
}

class Links {
 public:
  Links(const std::string& root, const StateDatabase& database) : root_(root) {
    for (OrganizationState& known : database.organizations()) organizations_[known.uuid] = std::move(known);
  }

  void rename(OrganizationState& organization) {
    organization.link = with_id(organization.name, std::string_view(organization.uuid).substr(0, 8));
    const auto known = organizations_.find(organization.uuid);
    if (known != organizations_.end() && !known->second.link.empty() &&
        known->second.link != organization.link)
      (void)std::rename(path_of(known->second.link).c_str(), path_of(organization.link).c_str());
    organizations_[organization.uuid] = organization;
  }

  void place(ChatState& chat) {
    const auto organization = organizations_.find(chat.organization);
    const std::string directory =
        path_of(organization == organizations_.end() ? chat.organization : organization->second.link);
    if (made_ != directory) fs::make_directories(made_ = directory);
    std::string old_link;
    if (!chat.link.empty()) old_link = chat.link;
    chat.link = with_id(chat.name, chat.uuid) + ".json";
    link_chat(root_, directory, old_link, chat);
  }

 private:
  [[nodiscard]] std::string path_of(const std::string& name) const { return root_ + "/by-name/" + name; }

  const std::string& root_;
  std::map<std::string, OrganizationState> organizations_;
  std::string made_;
};

}  // namespace

void update_links(const std::string& root, const StateDatabase& database,
                  std::vector<OrganizationState>& organizations, std::vector<ChatState>& chats) {
  Links links(root, database);
  for (OrganizationState& organization : organizations) links.rename(organization);
  for (ChatState& chat : chats) {
    if (chat.size == 0) continue;
    try {
      links.place(chat);
    } catch (const Error&) {
      return;  // no room for the directory: the view is made again when there is
    }
  }
}

void remove_link(const std::string& root, const StateDatabase& database, const std::string& organization,
                 const std::string& link) {
  if (link.empty()) return;
  std::string folder = organization;
  for (const OrganizationState& known : database.organizations())
    if (known.uuid == organization && !known.link.empty()) folder = known.link;
  folder = root + "/by-name/" + folder;
  ::unlink((folder + "/" + link).c_str());
  ::rmdir(folder.c_str());  // if it was the last one
}

}  // namespace csb::claude_ai
