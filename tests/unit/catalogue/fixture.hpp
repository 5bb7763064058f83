#pragma once

#include <cstdio>
#include <string>
#include <vector>

#include "csb/catalogue/catalogue.hpp"
#include "csb/util/clock.hpp"

/// What the tests of the catalogue are made of.
namespace csb::catalogue::test {

inline constexpr std::string_view kBranch = "refs/heads/machine/claude-code";

inline SessionId session_id(unsigned number) {
  char text[40];
  std::snprintf(text, sizeof text, "%08x-aaaa-4bbb-8ccc-%012x", number, number);
  return *SessionId::parse(text);
}

inline Oid oid(unsigned number) {
  Oid oid;
  oid.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  oid.bytes[19] = static_cast<std::uint8_t>(number);
  return oid;
}

inline std::int64_t day(int number) { return number * kNsPerDay; }

inline std::string transcript_path(const SessionId& id, std::string_view slug = "-home-me-work") {
  return "projects/" + std::string(slug) + "/" + id.text() + ".jsonl";
}

inline FileState file(std::string path, std::uint64_t size = 10) {
  FileState state;
  state.path = std::move(path);
  state.stamp = {size, day(1), 77, 0100600};
  return state;
}

inline FileState transcript(const SessionId& id, std::string title, std::uint64_t messages = 3,
                            std::string_view slug = "-home-me-work") {
  FileState state = file(transcript_path(id, slug), 1000 + messages);
  state.session = id;
  state.session_facts.emplace();
  state.session_facts->title = std::move(title);
  state.session_facts->messages = messages;
  return state;
}

inline Version version(std::int64_t root_id, const FileState& state, unsigned commit,
                       ChangeOp op = ChangeOp::add) {
  Version version;
  version.root_id = root_id;
  version.path = state.path;
  version.session = state.session;
  version.commit = oid(commit);
  version.commit_ns = day(static_cast<int>(commit));
  version.op = op;
  version.size = op == ChangeOp::remove ? 0 : state.stamp.size;
  version.mtime_ns = op == ChangeOp::remove ? 0 : state.stamp.mtime_ns;
  version.mode = op == ChangeOp::remove ? 0 : state.stamp.mode;
  return version;
}

/// A catalogue in memory with one root, written to in one transaction at a time.
struct Fixture {
  Catalogue catalogue = Catalogue::open("", Catalogue::Access::memory);
  std::int64_t root = 0;

  Fixture() {
    write([&](Catalogue::Update& update) {
      root = update.ensure_root(kBranch, "claude-code", "/home/me/.claude");
    });
  }

  template <typename Work>
  void write(Work work) {
    Catalogue::Update update = catalogue.begin();
    work(update);
    update.commit();
  }

  /// The file as the walk would report it, its version in this commit, and its session's row.
  void backup(const FileState& state, unsigned commit, ChangeOp op = ChangeOp::add) {
    write([&](Catalogue::Update& update) {
      if (op == ChangeOp::remove) {
        update.remove_file(root, state.path);
      } else {
        update.put_file(root, state);
      }
      update.add_version(version(root, state, commit, op));
      if (state.session) update.refresh_session(root, *state.session);
    });
  }

  [[nodiscard]] std::vector<std::string> titles(const SessionQuery& query) const {
    std::vector<std::string> titles;
    for (const Session& session : catalogue.sessions(query).sessions) titles.push_back(session.title);
    return titles;
  }
};

using Titles = std::vector<std::string>;

}  // namespace csb::catalogue::test
