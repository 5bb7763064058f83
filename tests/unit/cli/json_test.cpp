#include "csb/cli/json.hpp"

#include <nlohmann/json.hpp>

#include "csb/util/text.hpp"
#include "sample.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;
using nlohmann::json;

namespace {

std::vector<std::string> keys(const json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

}  // namespace

TEST_CASE("list: one object for each session, times in UTC, null for the unknown") {
  app::ListResult result;
  result.sessions.push_back(sample_session());
  result.matched = 3;
  result.retention.days = 30;
  const json document = json::parse(to_json(result, kNow));
  CHECK(document["schema"] == "csb.list/1");
  CHECK(document["matched"] == 3);
  const json& session = document["sessions"][0];
  CHECK(session["id"] == "3f2a9c1e-0000-4000-8000-000000000001");
  CHECK(session["state"] == "live");
  CHECK(session["active"] == "2026-11-21T10:00:00Z");
  CHECK(session["deleted"].is_null());
  CHECK(session["days_left"] == 29);
  CHECK(session["size"] == 1'234'567);
  CHECK(keys(document) ==
        std::vector<std::string>{"hidden_deleted", "matched", "retention_days", "schema", "sessions"});
}

TEST_CASE("bytes that are not UTF-8 never break a document, and are not lost") {
  app::ListResult result;
  result.sessions.push_back(sample_session());
  result.sessions[0].session.path = "projects/\xff.jsonl";
  result.sessions[0].session.title = "bad \xc3";
  const json session = json::parse(to_json(result, kNow))["sessions"][0];
  std::string bytes;
  REQUIRE(base64_decode(session["path_b64"].get<std::string>(), bytes));
  CHECK(bytes == "projects/\xff.jsonl");
  CHECK_FALSE(session.contains("folder_b64"));
  CHECK(is_valid_utf8(session["title"].get<std::string>()));
}

TEST_CASE("backup: counts, commits, changes and problems") {
  app::BackupResult result;
  result.roots.push_back({"/home/ada/.claude", "claude-code", "refs/heads/m/claude-code", 1, {}, {}, false});
  result.added = 2;
  result.noise_commit = Oid::parse("0123456789012345678901234567890123456789");
  result.changes.push_back({{"projects/x/y.jsonl", ChangeOp::grow, 10, kNow, 0100600, 4, {}}, 0});
  result.problems.push_back({Problem::Severity::not_saved, "a", "unreadable", ""});
  const json document = json::parse(to_json(result, false));
  CHECK(document["schema"] == "csb.backup/1");
  CHECK(document["incomplete"] == true);
  CHECK(document["added"] == 2);
  CHECK(document["noise_commit"] == "0123456789012345678901234567890123456789");
  CHECK(document["user_commit"].is_null());
  CHECK(document["changes"][0] == json::parse(R"({"path":"projects/x/y.jsonl","op":"grow","size":10,
      "modified":"2026-11-21T12:00:00Z","mode":"100600","messages":4,"root":"/home/ada/.claude"})"));
  CHECK(document["problems"][0]["severity"] == "not_saved");
}

TEST_CASE("diff is written in parts and is one document") {
  app::DiffRow row;
  row.kind = app::DiffRow::Kind::lost;
  row.type = "user";
  row.text = "say \"hi\"\xff";
  app::DiffSummary summary;
  summary.lost = 2;
  const json document = json::parse(diff_json_begin("id", 1, 2) + diff_json_row(row, true) +
                                    diff_json_row(row, false) + diff_json_end(summary));
  CHECK(document["schema"] == "csb.diff/1");
  CHECK(document["rows"].size() == 2);
  CHECK(document["rows"][1]["kind"] == "lost");
  CHECK(document["summary"]["lost"] == 2);
  CHECK(json::parse(diff_json_begin("id", 1, 2) + diff_json_end({}))["rows"].empty());
}

TEST_CASE("cat carries any bytes") {
  const app::CatTarget target{sample_session().session, {}, 2, 3};
  const json document = json::parse(cat_json_begin(target) + base64_encode("\xff\x00") + cat_json_end());
  CHECK(document["schema"] == "csb.cat/1");
  CHECK(document["version"] == 2);
  CHECK(document["content_b64"] == "/w==");
}

TEST_CASE("verify, restore, status, policy and maintain say what they are") {
  app::VerifyResult verify;
  verify.store.faults.push_back({"abc", "pack", "torn"});
  CHECK(json::parse(to_json(verify))["sound"] == false);
  CHECK(json::parse(to_json(verify))["store"]["faults"][0]["what"] == "torn");
  CHECK(json::parse(to_json(verify))["live"].is_null());
  CHECK(json::parse(to_json(app::RestoreResult(), true))["schema"] == "csb.restore/1");
  CHECK(json::parse(to_json(app::RestoreResult(), true))["dry_run"] == true);
  CHECK(json::parse(to_json(app::StatusResult(), kNow))["schema"] == "csb.status/1");
  CHECK(json::parse(to_json(archive::MaintainReport()))["schema"] == "csb.maintain/1");
  app::PolicyResult policy;
  policy.path_class = PathClass::secret;
  CHECK(json::parse(to_json(std::vector{policy}))["paths"][0]["class"] == "secret");
  CHECK(json::parse(to_json(std::vector{policy}))["paths"][0]["stored"] == false);
}
