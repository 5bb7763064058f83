#pragma once

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/model/session_id.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/fd.hpp"

namespace csb::testing {

inline constexpr std::int64_t kStart = 1'700'000'000 * kNsPerSecond;
inline const std::string kId = "11111111-1111-4111-8111-111111111111";

inline SessionId session_id() { return *SessionId::parse(kId); }
inline std::string transcript_path(const std::string& slug = "-home-ada") {
  return "projects/" + slug + "/" + kId + ".jsonl";
}

/// A transcript of so many prompts.
inline std::string conversation(int prompts) {
  std::string text;
  for (int i = 0; i < prompts; ++i)
    text += fmt::format(
        R"({{"type":"user","uuid":"u{0}","timestamp":"2023-11-14T22:{1:02}:00.000Z","cwd":"/home/ada","sessionId":"{2}","message":{{"role":"user","content":"prompt {0}"}}}})"
        "\n",
        i, i % 60, kId);
  return text;
}

/// A store in the current directory, written to commit by commit as a backup would.
class ArchivedSession {
 public:
  struct File {
    std::string path;
    std::optional<std::string> content;  ///< nothing: it is removed
    ChangeOp op = ChangeOp::add;
    std::optional<std::uint64_t> messages = {};
    std::uint32_t mode = S_IFREG | 0600;
  };

  explicit ArchivedSession(const std::string& name) {
    settings.home = name + "/home";
    settings.store = name + "/store.git";
    settings.claude_dir = name + "/claude";
    settings.machine = "m";
    ::mkdir(name.c_str(), 0700);
    ::mkdir(settings.claude_dir.c_str(), 0700);
    store.emplace(archive::Store::create(settings.store, settings.branch()));
  }

  /// One commit, a minute after the last one.
  Oid commit(const std::vector<File>& files, const std::string& branch = {}) {
    archive::Transaction transaction(*store, {});
    archive::CommitRequest request;
    request.branch = branch.empty() ? settings.branch() : branch;
    request.message = "test\n";
    request.time_ns = kStart + ++commits * 60 * kNsPerSecond;
    for (const File& file : files) {
      Change change{file.path, file.op, 0, 0, 0, file.messages, {}};
      archive::TreeEdit edit{file.path, 0, {}};
      if (file.content) {
        edit.mode = change.mode = file.mode;
        change.size = file.content->size();
        change.mtime_ns = request.time_ns;
        auto rest = as_bytes(*file.content);
        do {
          const auto slice = rest.first(std::min(rest.size(), archive::kSliceBytes));
          edit.slices.push_back(transaction.add_slice(slice).slice);
          rest = rest.subspan(slice.size());
        } while (!rest.empty());
      } else {
        change.op = ChangeOp::remove;
      }
      request.edits.push_back(std::move(edit));
      request.changes.push_back(std::move(change));
    }
    const auto oid = transaction.commit(request);
    transaction.finish();
    return oid.value();
  }

  app::Settings settings;
  std::optional<archive::Store> store;
  int commits = 0;
};

}  // namespace csb::testing
