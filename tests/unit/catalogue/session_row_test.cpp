// How a session's row is derived.
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::catalogue;
using namespace csb::catalogue::test;

namespace {

const SessionId kId = session_id(1);

Session row(const Fixture& f) {
  auto session = f.catalogue.session(kId);
  REQUIRE(session);
  return *session;
}

}  // namespace

TEST_CASE("a session's row says what its transcript says") {
  Fixture f;
  FileState state = transcript(kId, "Fix the build", 12);
  SessionFacts& facts = *state.session_facts;
  facts.first_prompt = "please fix";
  facts.start_cwd = "/a", facts.cwd = "/b", facts.git_branch = "main", facts.version = "2.1",
  facts.model = "m";
  facts.forked_from = "parent";
  facts.first_ns = 100, facts.last_ns = 200;
  facts.prompts = 5, facts.tool_calls = 6, facts.bad_rows = 1, facts.compactions = 2;
  f.backup(state, 1);
  f.backup(state, 2, ChangeOp::grow);
  const Session session = row(f);
  CHECK(session.id == kId);
  CHECK(session.root_id == f.root);
  CHECK(session.root_path == "/home/me/.claude");
  CHECK(session.path == state.path);
  CHECK(session.present);
  CHECK(session.title == "Fix the build");
  CHECK(session.first_prompt == "please fix");
  CHECK(session.start_cwd == "/a");
  CHECK(session.cwd == "/b");
  CHECK(session.git_branch == "main");
  CHECK(session.version == "2.1");
  CHECK(session.model == "m");
  CHECK(session.forked_from == "parent");
  CHECK(session.started_ns == 100);
  CHECK(session.active_ns == 200);
  CHECK(session.mtime_ns == day(1));
  CHECK(session.deleted_ns == 0);
  CHECK(session.size == 1012);
  CHECK(session.messages == 12);
  CHECK(session.prompts == 5);
  CHECK(session.tool_calls == 6);
  CHECK(session.bad_rows == 1);
  CHECK(session.compactions == 2);
  CHECK(session.versions == 2);
  CHECK(session.moved_from.empty());
  CHECK(session.last_op == ChangeOp::grow);
  CHECK(session.footprint_files == 1);
  CHECK(session.footprint_bytes == 1012);
}

TEST_CASE("a transcript without times was active when it was written") {
  Fixture f;
  f.backup(transcript(kId, "one"), 3);
  CHECK(row(f).active_ns == day(1));
}

TEST_CASE("the footprint counts what is present and what is gone") {
  Fixture f;
  f.backup(transcript(kId, "one", 0), 1);
  FileState side = file("tasks/1", 50);
  side.session = kId;
  f.backup(side, 2);
  f.backup(side, 3, ChangeOp::remove);
  CHECK(row(f).footprint_files == 2);
  CHECK(row(f).footprint_bytes == 1050);
  CHECK(row(f).versions == 1);
}

TEST_CASE("a deleted session says when it was found gone, and lives again when it returns") {
  Fixture f;
  const FileState state = transcript(kId, "one");
  f.backup(state, 1);
  f.backup(state, 4, ChangeOp::remove);
  CHECK_FALSE(row(f).present);
  CHECK(row(f).deleted_ns == day(4));
  CHECK(row(f).last_op == ChangeOp::remove);
  CHECK(row(f).versions == 1);
  CHECK(row(f).title == "one");
  f.backup(state, 5);
  CHECK(row(f).present);
  CHECK(row(f).deleted_ns == 0);
  CHECK(row(f).moved_from.empty());
}

TEST_CASE("a session gone without a commit keeps the time it was first found gone") {
  Fixture f;
  const FileState state = transcript(kId, "one");
  f.backup(state, 1);
  const std::int64_t before = now_ns();
  const auto find_gone = [&](auto& update) {
    update.remove_file(f.root, state.path);
    update.refresh_session(f.root, kId);
  };
  f.write(find_gone);
  const std::int64_t found = row(f).deleted_ns;
  CHECK(found >= before);
  f.write(find_gone);
  CHECK(row(f).deleted_ns == found);
}

TEST_CASE("a move is one commit that removes and adds: neither a deletion nor a second session") {
  Fixture f;
  const FileState old_place = transcript(kId, "one", 5, "-a"), new_place = transcript(kId, "one", 5, "-b");
  f.backup(old_place, 1);
  f.write([&](auto& update) {
    update.remove_file(f.root, old_place.path);
    update.put_file(f.root, new_place);
    update.add_version(version(f.root, old_place, 2, ChangeOp::remove));
    update.add_version(version(f.root, new_place, 2));
    update.refresh_session(f.root, kId);
  });
  CHECK(row(f).present);
  CHECK(row(f).path == new_place.path);
  CHECK(row(f).moved_from == old_place.path);
  CHECK(row(f).deleted_ns == 0);
  CHECK(row(f).versions == 2);
  CHECK(f.catalogue.sessions({.deleted = DeletedFilter::all}).matched == 1);

  f.backup(new_place, 3, ChangeOp::grow);
  CHECK(row(f).moved_from == old_place.path);

  // Taken back to fewer messages, then swept: the place it moved from is still not where it was.
  f.backup(transcript(kId, "one", 2, "-b"), 4, ChangeOp::shrink);
  f.backup(new_place, 5, ChangeOp::remove);
  CHECK(row(f).path == new_place.path);
  CHECK(row(f).deleted_ns == day(5));
  CHECK(row(f).moved_from == old_place.path);
}

TEST_CASE("removed by one commit and added by a later one is no move") {
  Fixture f;
  f.backup(transcript(kId, "one", 5, "-a"), 1);
  f.backup(transcript(kId, "one", 5, "-a"), 2, ChangeOp::remove);
  f.backup(transcript(kId, "one", 5, "-b"), 3);
  CHECK(row(f).moved_from.empty());
}

TEST_CASE("of several transcripts by one id the present, then the substantial, then the newest counts") {
  Fixture f;
  f.backup(transcript(kId, "stub", 1, "-a"), 1);
  f.backup(transcript(kId, "real", 50, "-b"), 1);
  f.backup(transcript(kId, "stub too", 1, "-c"), 1);
  CHECK(row(f).title == "real");
  CHECK(row(f).versions == 3);
  CHECK(row(f).footprint_files == 3);

  FileState newer = transcript(kId, "real, newer", 50, "-d");
  newer.session_facts->last_ns = day(9);
  f.backup(newer, 2);
  CHECK(row(f).title == "real, newer");

  f.backup(newer, 3, ChangeOp::remove);
  f.backup(transcript(kId, "real", 50, "-b"), 3, ChangeOp::remove);
  CHECK(row(f).present);
  CHECK(row(f).messages == 1);
  f.backup(transcript(kId, "stub", 1, "-a"), 4, ChangeOp::remove);
  f.backup(transcript(kId, "stub too", 1, "-c"), 4, ChangeOp::remove);
  CHECK_FALSE(row(f).present);
  CHECK(row(f).messages == 50);
}

TEST_CASE("a session on two machines is one, and the one that is present") {
  Fixture f;
  FileState theirs = transcript(kId, "theirs", 90);
  theirs.present = false;
  f.write([&](auto& update) {
    const auto other = update.ensure_root("refs/heads/other/claude-code", "claude-code", "");
    update.put_file(other, theirs);
    update.add_version(version(other, theirs, 1));
    update.refresh_session(other, kId);
  });
  CHECK(row(f).title == "theirs");
  f.backup(transcript(kId, "mine", 3), 2);
  CHECK(row(f).title == "mine");
  CHECK(row(f).root_id == f.root);
  CHECK(row(f).footprint_files == 1);
  CHECK(row(f).versions == 2);
}

TEST_CASE("without a transcript there is no session") {
  Fixture f;
  FileState side = file("tasks/1");
  side.session = kId;
  f.backup(side, 1);
  CHECK_FALSE(f.catalogue.session(kId));
  f.backup(transcript(kId, "one"), 2);
  CHECK(f.catalogue.session(kId));
  FileState no_longer = file(transcript_path(kId));
  no_longer.session = kId;
  f.backup(no_longer, 3, ChangeOp::rewrite);
  CHECK_FALSE(f.catalogue.session(kId));
}
