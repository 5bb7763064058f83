#include "csb/cli/json.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

const char* to_text(app::RestoredFile::Outcome outcome) {
  using Outcome = app::RestoredFile::Outcome;
  switch (outcome) {
    case Outcome::restored:
      return "restored";
    case Outcome::unchanged:
      return "unchanged";
    case Outcome::kept:
      return "kept";
    case Outcome::refused:
      return "refused";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

Json paths_of(const std::vector<std::string>& paths) {
  Json array = Json::array();
  for (const std::string& path : paths) {
    Json object;
    put_path(object, "path", path);
    array.push_back(std::move(object));
  }
  return array;
}

Json to_value(const app::BackedUpRoot& root) {
  Json object;
  put_path(object, "path", root.directory);
  object["source"] = root.source;
  object["branch"] = root.branch;
  object["incomplete"] = root.incomplete;
  object["files_seen"] = root.files_seen;
  object["noise_commit"] = oid_or_null(root.noise_commit);
  object["user_commit"] = oid_or_null(root.user_commit);
  return object;
}

Json changes_of(const app::BackupResult& result) {
  Json array = Json::array();
  for (const app::BackedUpChange& change : result.changes) {
    Json object = cli::to_value(static_cast<const Change&>(change));
    put_path(object, "root", result.roots.at(change.root).directory);
    array.push_back(std::move(object));
  }
  return array;
}

Json to_value(const app::RestoredFile& file) {
  Json object;
  put_path(object, "path", file.path);
  object["outcome"] = to_text(file.outcome);
  object["size"] = file.size;
  object["modified"] = time_or_null(file.mtime_ns);
  object["time_moved"] = file.time_moved;
  if (file.link_target.empty()) {
    object["link_target"] = nullptr;
  } else {
    put_path(object, "link_target", file.link_target);
  }
  object["reason"] = text_or_null(file.reason);
  return object;
}

Json to_value(const app::RestoredSession& session) {
  Json object;
  object["id"] = session.id.text();
  object["title"] = text_or_null(session.title);
  object["source"] = session.source;
  put_path(object, "directory", session.directory);
  put_path(object, "resume_folder", session.resume_directory);
  object["version"] = session.version;
  object["versions"] = session.versions;
  object["files"] = Json::array();
  for (const app::RestoredFile& file : session.files) object["files"].push_back(to_value(file));
  object["notes"] = session.notes;
  return object;
}

Json to_value(const archive::RepairReport& repair) {
  Json object;
  object["set_aside"] = paths_of(repair.set_aside);
  object["recovered"] = repair.recovered;
  object["rewound"] = repair.rewound;
  object["lost"] = Json::array();
  for (const Oid& oid : repair.lost) object["lost"].push_back(oid.hex());
  return object;
}

}  // namespace

std::string to_json(const app::BackupResult& result, bool dry_run) {
  Json document;
  document["schema"] = "csb.backup/1";
  document["dry_run"] = dry_run;
  document["incomplete"] = result.incomplete();
  document["started"] = time_or_null(result.started_ns);
  document["ended"] = time_or_null(result.ended_ns);
  document["files_seen"] = result.files_seen;
  document["added"] = result.added;
  document["changed"] = result.changed;
  document["moved"] = result.moved;
  document["shrunk"] = result.shrunk;
  document["deleted"] = result.deleted;
  document["sessions_added"] = result.sessions_added;
  document["sessions_changed"] = result.sessions_changed;
  document["sessions_moved"] = result.sessions_moved;
  document["sessions_shrunk"] = result.sessions_shrunk;
  document["sessions_deleted"] = result.sessions_deleted;
  document["files_opened"] = result.files_opened;
  document["bytes_read"] = result.bytes_read;
  document["bytes_parsed"] = result.bytes_parsed;
  document["bytes_written"] = result.bytes_written;
  document["objects_written"] = result.objects_written;
  document["noise_commit"] = oid_or_null(result.noise_commit);
  document["user_commit"] = oid_or_null(result.user_commit);
  document["store_opened"] = result.store_opened;
  document["store_created"] = result.store_created;
  document["roots"] = Json::array();
  for (const app::BackedUpRoot& root : result.roots) document["roots"].push_back(to_value(root));
  document["changes"] = changes_of(result);
  document["secrets"] = paths_of(result.secrets);
  document["problems"] = array_of(result.problems);
  return dump(document);
}

std::string to_json(const app::RestoreResult& result, bool dry_run) {
  Json document;
  document["schema"] = "csb.restore/1";
  document["dry_run"] = dry_run;
  document["incomplete"] = result.incomplete();
  document["sessions"] = Json::array();
  for (const app::RestoredSession& session : result.sessions)
    document["sessions"].push_back(to_value(session));
  document["notes"] = result.notes;
  return dump(document);
}

std::string to_json(const app::VerifyResult& result) {
  Json document;
  document["schema"] = "csb.verify/1";
  document["sound"] = result.sound();
  Json& store = document["store"];
  store["packs"] = result.store.packs;
  store["objects"] = result.store.objects;
  store["commits"] = result.store.commits;
  store["bytes"] = result.store.bytes;
  store["faults"] = array_of(result.store.faults);
  document["live"] = nullptr;
  if (result.live) {
    Json live;
    live["equal"] = result.live->equal;
    live["changed"] = result.live->changed;
    live["gone"] = result.live->gone;
    live["bytes"] = result.live->bytes;
    live["faults"] = array_of(result.live->faults);
    document["live"] = std::move(live);
  }
  document["sample"] = nullptr;
  if (result.sample) {
    Json sample;
    sample["sessions"] = result.sample->sessions;
    sample["files"] = result.sample->files;
    sample["faults"] = array_of(result.sample->faults);
    document["sample"] = std::move(sample);
  }
  document["repair"] = result.repair ? to_value(*result.repair) : Json(nullptr);
  document["marked"] = result.marked;
  document["problems"] = array_of(result.problems);
  return dump(document);
}

std::string to_json(const archive::MaintainReport& report) {
  Json document;
  document["schema"] = "csb.maintain/1";
  document["packs_before"] = report.packs_before;
  document["packs_after"] = report.packs_after;
  document["bytes_before"] = report.bytes_before;
  document["bytes_after"] = report.bytes_after;
  document["leavings"] = report.leavings;
  return dump(document);
}

}  // namespace csb::cli
