#include "csb/source/claude_code/source.hpp"

#include <array>

#include "csb/source/claude_code/config_dir.hpp"
#include "csb/source/claude_code/policy.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_code {
namespace {

/// Folders of the config directory whose entries carry a session's id in their name.
constexpr std::array<std::string_view, 8> kKeyedFolders{
    "file-history", "tasks", "todos", "session-env", "image-cache", "session-states", "sesslogs", "uploads"};

void add_entries_of(std::vector<std::string>& places, const std::string& root, const std::string& folder,
                    const SessionId& session) {
  for (const std::string& name : fs::list_directory(root + "/" + folder)) {
    std::string path = folder + "/" + name;
    // A folder is judged by what would lie in it.
    if (session_of(path) == session || session_of(path + "/x") == session) places.push_back(std::move(path));
  }
}

class ClaudeCode final : public source::Source {
 public:
  [[nodiscard]] std::string_view name() const override { return "claude-code"; }

  [[nodiscard]] std::unique_ptr<source::PathPolicy> policy(const PolicyOverrides& overrides) const override {
    return std::make_unique<PathPolicy>(overrides);
  }

  [[nodiscard]] std::optional<SessionId> session_of(std::string_view path) const override {
    return claude_code::session_of(path);
  }
  [[nodiscard]] bool is_transcript(std::string_view path) const override {
    return claude_code::is_transcript(path);
  }
  [[nodiscard]] bool is_conversation(std::string_view path) const override {
    return claude_code::is_conversation(path);
  }

  [[nodiscard]] std::string_view session_directory() const override { return "projects"; }

  [[nodiscard]] std::vector<std::string> places_of(const std::string& root,
                                                   const SessionId& session) const override {
    std::vector<std::string> places;
    for (const std::string& slug : fs::list_directory(root + "/projects")) {
      const std::string folder = "projects/" + slug;
      const std::string keyed = root + "/" + folder + "/" + session.text();
      // Side files of a session are only looked for where the session is: folders hold thousands.
      if (fs::exists(keyed) || fs::exists(keyed + ".jsonl")) add_entries_of(places, root, folder, session);
    }
    for (const std::string_view folder : kKeyedFolders)
      add_entries_of(places, root, std::string(folder), session);
    return places;
  }

  [[nodiscard]] Retention retention(const std::string& root) const override {
    return effective_retention(root);
  }
  [[nodiscard]] std::vector<LiveSession> live_sessions(const std::string& root) const override {
    return claude_code::live_sessions(root);
  }
};

}  // namespace

const source::Source& source() {
  static const ClaudeCode claude_code;
  return claude_code;
}

}  // namespace csb::claude_code
