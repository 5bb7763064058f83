#include "csb/source/claude_ai/source.hpp"

#include <array>

#include "csb/source/claude_ai/mirror_policy.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_ai {
namespace {

source::Verdict verdict_of(PathClass path_class) {
  switch (path_class) {
    case PathClass::noise:
      return {path_class, "claude.ai mirror", "a chat, or what belongs to one"};
    case PathClass::skip:
      return {path_class, "claude.ai mirror", "made by csb from the chats, or for its own use"};
    default:
      return {path_class, "", "not part of the mirror"};
  }
}

/// The settings csb.include and csb.exclude are about Claude directories: here all is csb's own.
class MirrorPolicy final : public source::PathPolicy {
 public:
  [[nodiscard]] source::Verdict classify(std::string_view path) const override {
    return verdict_of(claude_ai::classify(path));
  }
  [[nodiscard]] source::Verdict classify_directory(std::string_view path) const override {
    return verdict_of(claude_ai::classify_directory(path));
  }
  [[nodiscard]] scan::Policy walk_policy() const override { return claude_ai::walk_policy(); }
};

class ClaudeAi final : public source::Source {
 public:
  [[nodiscard]] std::string_view name() const override { return "claude.ai"; }
  [[nodiscard]] std::unique_ptr<source::PathPolicy> policy(const source::PolicyOverrides&) const override {
    return std::make_unique<MirrorPolicy>();
  }

  [[nodiscard]] std::optional<SessionId> session_of(std::string_view path) const override {
    return footprint_of(path);
  }
  [[nodiscard]] bool is_transcript(std::string_view path) const override { return is_chat(path); }
  [[nodiscard]] bool is_conversation(std::string_view path) const override { return is_chat(path); }

  [[nodiscard]] std::string_view session_directory() const override { return ""; }

  [[nodiscard]] std::vector<std::string> places_of(const std::string& root,
                                                   const SessionId& session) const override {
    const std::string file = session.text() + ".json";
    const std::array<std::string, 4> names{file, "suspect/" + file, "exported/" + file,
                                           "files/" + session.text()};
    std::vector<std::string> places;
    for (const std::string& account : fs::list_directory(root)) {
      if (claude_ai::classify_directory(account) != PathClass::noise) continue;
      for (const std::string& organization : fs::list_directory(root + "/" + account))
        for (const std::string& name : names)
          if (std::string path = account + "/" + organization + "/" + name; fs::exists(root + "/" + path))
            places.push_back(std::move(path));
    }
    return places;
  }

  [[nodiscard]] source::Retention retention(const std::string&) const override {
    return {std::nullopt, "chats are never swept"};
  }
  [[nodiscard]] std::vector<source::LiveSession> live_sessions(const std::string&) const override {
    return {};
  }
};

}  // namespace

const source::Source& source() {
  static const ClaudeAi claude_ai;
  return claude_ai;
}

}  // namespace csb::claude_ai
