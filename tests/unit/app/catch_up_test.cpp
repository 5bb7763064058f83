#include "archived_session.hpp"
#include "csb/app/open_catalogue.hpp"
#include "csb/app/versions.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::testing;
using catalogue::Catalogue;
using What = app::TranscriptVersion::What;

namespace {

Catalogue in_memory() { return Catalogue::open("", Catalogue::Access::memory); }

std::vector<What> kinds(const std::vector<app::TranscriptVersion>& versions) {
  std::vector<What> result;
  for (const auto& version : versions) result.push_back(version.what);
  return result;
}

}  // namespace

TEST_CASE("a branch is read from its records") {
  ArchivedSession archived("read");
  const std::string text = conversation(3);
  archived.commit({{transcript_path(), text, ChangeOp::add, 3}, {"settings.json", "{}"}});
  const Oid tip = archived.commit({{"settings.json", {}}});
  Catalogue catalogue = in_memory();
  CHECK(app::catch_up(catalogue, *archived.store, archived.settings).empty());

  const auto root = catalogue.find_root(archived.settings.branch());
  REQUIRE(root);
  CHECK(root->head == tip);
  CHECK(root->path == archived.settings.claude_dir);
  const auto known = catalogue.known_files(root->id);
  REQUIRE(known.size() == 1);
  CHECK(known[0].stamp.inode == 0);
  CHECK(known[0].stamp.size == text.size());
  const auto state = catalogue.file_state(root->id, transcript_path());
  REQUIRE(state);
  CHECK(state->parsed_to == text.size());
  REQUIRE(state->slices.size() == 1);
  CHECK(state->slices[0].blob == archive::blob_id(as_bytes(text)));
  CHECK(state->slices[0].tail_checksum == archive::tail_checksum(as_bytes(text)));
  const auto session = catalogue.session(session_id());
  REQUIRE(session);
  CHECK(session->messages == 3);
  CHECK(session->first_prompt == "prompt 0");
  CHECK(app::is_up_to_date(catalogue, *archived.store));
}

TEST_CASE("reading in steps ends where reading at once does") {
  ArchivedSession archived("steps");
  Catalogue steps = in_memory();
  const auto check_step = [&] { app::catch_up(steps, *archived.store, archived.settings); };
  archived.commit({{transcript_path(), conversation(2), ChangeOp::add, 2}, {"CLAUDE.md", "a"}});
  check_step();
  archived.commit({{transcript_path(), conversation(5), ChangeOp::grow, 5}});
  check_step();
  archived.commit({{transcript_path(), {}}, {transcript_path("-b"), conversation(6), ChangeOp::add, 6}});
  check_step();
  archived.commit({{transcript_path("-b"), "{}\n", ChangeOp::shrink, 0}});
  check_step();
  archived.commit({{transcript_path("-b"), {}}});
  check_step();
  Catalogue once = in_memory();
  app::catch_up(once, *archived.store, archived.settings);
  const auto a = steps.session(session_id()), b = once.session(session_id());
  REQUIRE(a);
  REQUIRE(b);
  CHECK(a->messages == 6);
  CHECK(b->messages == 6);
  CHECK_FALSE(b->present);
  CHECK(a->path == b->path);
  CHECK(a->size == b->size);
  CHECK(a->versions == b->versions);
  CHECK(a->deleted_ns == b->deleted_ns);
  CHECK(a->moved_from == b->moved_from);
  const auto versions = app::transcript_versions(once, session_id());
  CHECK(kinds(versions) == std::vector<What>{What::add, What::grow, What::move, What::shrink, What::remove});
  CHECK(kinds(app::transcript_versions(steps, session_id())) == kinds(versions));
  REQUIRE(app::best_version(versions) != nullptr);
  CHECK(app::best_version(versions)->number == 3);
  CHECK(versions.back().number == 0);
}

TEST_CASE("tails of closed slices are remembered") {
  ArchivedSession archived("slices");
  std::string text = conversation(1);
  text += std::string(archive::kSliceBytes * 2, 'x') + "\n";
  archived.commit({{transcript_path(), text, ChangeOp::add, 1}});
  Catalogue catalogue = in_memory();
  app::catch_up(catalogue, *archived.store, archived.settings);
  const auto state = catalogue.file_state(catalogue.roots()[0].id, transcript_path());
  REQUIRE(state);
  REQUIRE(state->slices.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto slice = as_bytes(text).subspan(i * archive::kSliceBytes);
    CHECK(state->slices[i].tail_checksum ==
          archive::tail_checksum(slice.first(std::min(slice.size(), archive::kSliceBytes))));
  }
}

TEST_CASE("a rewritten branch is read anew, a deleted one forgotten") {
  ArchivedSession archived("rewritten");
  const std::string other = "refs/heads/other/claude-code";
  archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}}, other);
  Catalogue catalogue = in_memory();
  app::catch_up(catalogue, *archived.store, archived.settings);
  CHECK(app::transcript_versions(catalogue, session_id()).size() == 1);
  fs::remove_file(archived.settings.store + "/" + other);
  archived.store.emplace(archive::Store::open(archived.settings.store));
  archived.commit({{transcript_path(), conversation(2), ChangeOp::add, 2}}, other);
  app::catch_up(catalogue, *archived.store, archived.settings);
  const auto versions = app::transcript_versions(catalogue, session_id());
  REQUIRE(versions.size() == 1);
  CHECK(versions[0].version.messages == 2);
  fs::remove_file(archived.settings.store + "/" + other);
  archived.store.emplace(archive::Store::open(archived.settings.store));
  app::catch_up(catalogue, *archived.store, archived.settings);
  CHECK_FALSE(catalogue.session(session_id()));
}

TEST_CASE("a commit that two branches have is catalogued once") {
  ArchivedSession archived("twice");
  const Oid tip = archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}});
  fs::make_directories(archived.settings.store + "/refs/remotes/origin/m");
  fs::write_file_atomically(archived.settings.store + "/refs/remotes/origin/m/claude-code", tip.hex() + "\n");
  Catalogue catalogue = in_memory();
  app::catch_up(catalogue, *archived.store, archived.settings);
  CHECK(app::transcript_versions(catalogue, session_id()).size() == 1);
  CHECK(app::is_up_to_date(catalogue, *archived.store));
}

TEST_CASE("a missing, empty or damaged catalogue is rebuilt in place") {
  ArchivedSession archived("open");
  archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}});
  const std::string file = archived.settings.catalogue_file();
  std::vector<std::string> said;
  const auto open = [&] {
    return app::open_catalogue_for_reading(archived.settings,
                                           [&](std::string text) { said.push_back(text); });
  };
  CHECK(open().session(session_id()));
  CHECK(said.size() == 1);
  CHECK(open().session(session_id()));
  CHECK(said.size() == 1);  // sound: nothing to say
  fs::write_file_atomically(file, std::string(8192, 'x'));
  CHECK(open().session(session_id()));
  CHECK(said.size() == 2);
  CHECK(open().session(session_id()));
  CHECK(said.size() == 2);
  fs::remove_file(file);
  { Catalogue empty = app::open_catalogue_for_writing(archived.settings, {}); }
  CHECK(open().session(session_id()));
}

TEST_CASE("a catalogue of another store is not taken for this one's, nor lost") {
  ArchivedSession mine("mine"), other("other");
  mine.commit({{transcript_path(), conversation(1), ChangeOp::add, 1}});
  other.commit({{transcript_path(), conversation(2), ChangeOp::add, 2}});
  CHECK(app::open_catalogue_for_reading(mine.settings, {}).session(session_id())->messages == 1);
  app::Settings settings = mine.settings;
  settings.store = other.settings.store;
  CHECK(app::open_catalogue_for_reading(settings, {}).session(session_id())->messages == 2);
  CHECK(app::open_catalogue_for_reading(mine.settings, {}).session(session_id())->messages == 1);
}

TEST_CASE("without catalogue and store there is nothing to read") {
  app::Settings settings;
  settings.home = "nowhere/home";
  settings.store = "nowhere/store.git";
  try {
    (void)app::open_catalogue_for_reading(settings, {});
    FAIL("opened");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::not_found);
    CHECK(error.hint().find("csb backup") != std::string::npos);
  }
}

TEST_CASE("of two transcripts at once the substantial one counts") {
  ArchivedSession archived("duplicate");
  archived.commit({{transcript_path(), conversation(9), ChangeOp::add, 9}});
  archived.commit({{transcript_path("-stub"), conversation(1), ChangeOp::add, 1}});
  Catalogue catalogue = in_memory();
  app::catch_up(catalogue, *archived.store, archived.settings);
  auto versions = app::transcript_versions(catalogue, session_id());
  CHECK(app::best_version(versions)->version.messages == 9);
  archived.commit(
      {{transcript_path(), conversation(2), ChangeOp::shrink, 2}});  // same path: the newest, smaller or not
  archived.commit({{transcript_path("-stub"), {}}});
  app::catch_up(catalogue, *archived.store, archived.settings);
  versions = app::transcript_versions(catalogue, session_id());
  CHECK(app::best_version(versions)->version.messages == 2);
  CHECK(app::best_version({}) == nullptr);
}

TEST_CASE("a name stands for one session or says which") {
  ArchivedSession archived("names");
  const std::string second = "11111111-2222-4222-8222-222222222222";
  archived.commit({{transcript_path(), conversation(1), ChangeOp::add, 1},
                   {"projects/-a/" + second + ".jsonl", conversation(1), ChangeOp::add, 1}});
  Catalogue catalogue = in_memory();
  app::catch_up(catalogue, *archived.store, archived.settings);
  CHECK(app::resolve_session(catalogue, kId).id == session_id());
  CHECK(app::resolve_session(catalogue, "11111111-1").id == session_id());
  const auto code_of = [&](const char* text, std::string& hint) {
    try {
      (void)app::resolve_session(catalogue, text);
      return ErrorCode::interrupted;
    } catch (const Error& error) {
      hint = error.hint();
      return error.code();
    }
  };
  std::string hint;
  CHECK(code_of("nothing at all", hint) == ErrorCode::not_found);
  CHECK(code_of("11111111", hint) == ErrorCode::ambiguous);
  CHECK(hint.find(kId) != std::string::npos);
  CHECK(hint.find(second) != std::string::npos);
}
