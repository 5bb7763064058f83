#include "csb/cli/json.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

const char* to_text(app::PendingChange::Kind kind) {
  using Kind = app::PendingChange::Kind;
  switch (kind) {
    case Kind::added:
      return "added";
    case Kind::changed:
      return "changed";
    case Kind::shrunk:
      return "shrunk";
    case Kind::moved:
      return "moved";
    case Kind::deleted:
      return "deleted";
  }
  return "changed";
}

const char* to_text(app::PolicyResult::Kind kind) {
  using Kind = app::PolicyResult::Kind;
  switch (kind) {
    case Kind::missing:
      return "missing";
    case Kind::file:
      return "file";
    case Kind::directory:
      return "directory";
    case Kind::symlink:
      return "symlink";
    case Kind::special:
      return "special";
  }
  return "missing";
}

Json to_value(const app::PendingChange& change) {
  Json object;
  object["kind"] = to_text(change.kind);
  put_path(object, "root", change.root);
  put_path(object, "path", change.path);
  object["stored_size"] = change.stored_size;
  object["size"] = change.size;
  return object;
}

Json to_value(const catalogue::RunRecord& run) {
  Json object;
  object["started"] = time_or_null(run.started_ns);
  object["ended"] = time_or_null(run.ended_ns);
  object["exit_status"] = run.exit_status;
  object["summary"] = run.summary;
  return object;
}

Json to_value(const app::RootStatus& root) {
  Json object;
  put_path(object, "path", root.path);
  object["source"] = root.source;
  object["branch"] = root.branch;
  object["here"] = root.here;
  object["head"] = oid_or_null(root.head);
  object["last_look"] = root.last_look ? to_value(*root.last_look) : Json(nullptr);
  return object;
}

Json to_value(const app::PolicyResult& result) {
  Json object;
  put_path(object, "root", result.root);
  put_path(object, "path", result.path);
  object["kind"] = to_text(result.kind);
  object["class"] = to_string(result.path_class);
  object["stored"] = result.stored();
  object["rule"] = result.rule;
  object["reason"] = result.reason;
  object["decided_by"] = text_or_null(result.decided_by);
  object["session"] = result.session ? Json(result.session->text()) : Json(nullptr);
  return object;
}

template <typename T>
Json values_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

Json totals_value(const catalogue::Totals& totals) {
  Json object;
  object["sessions_present"] = totals.sessions_present;
  object["sessions_deleted"] = totals.sessions_deleted;
  object["files_present"] = totals.files_present;
  object["bytes_present"] = totals.bytes_present;
  object["versions"] = totals.versions;
  return object;
}

}  // namespace

std::string to_json(const app::StatusResult& result, std::int64_t now) {
  Json document;
  document["schema"] = "csb.status/1";
  document["now"] = time_or_null(now);
  document["wrong"] = result.wrong();
  document["roots"] = values_of(result.roots);
  put_path(document, "store", result.store);
  document["store_exists"] = result.store_exists;
  document["store_bytes"] = result.store_bytes;
  document["catalogue_bytes"] = result.catalogue_bytes;
  document["totals"] = totals_value(result.totals);
  document["last_backup"] = result.last_backup ? to_value(*result.last_backup) : Json(nullptr);
  document["compared"] = result.compared;
  document["files_unchanged"] = result.files_unchanged;
  document["pending"] = values_of(result.pending);
  document["diminished"] = Json::array();
  for (const app::InspectedSession& session : result.diminished)
    document["diminished"].push_back(
        {{"id", session.session.id.text()},
         {"title", text_or_null(session.session.title)},
         {"last_change", to_string(session.session.last_op.value_or(ChangeOp::rewrite))}});
  document["swept_within_week"] = result.swept_within_week;
  document["open_sessions"] = result.open_sessions;
  document["retention_days"] = value_or_null(result.retention.days);
  document["retention_origin"] = result.retention.origin;
  document["problems"] = array_of(result.problems);
  return dump(document);
}

std::string to_json(const app::RebuildResult& result) {
  Json document;
  document["schema"] = "csb.rebuild-index/1";
  document["started"] = time_or_null(result.started_ns);
  document["ended"] = time_or_null(result.ended_ns);
  document["branches"] = result.branches;
  document["sessions"] = result.sessions;
  document["deleted_sessions"] = result.deleted_sessions;
  document["versions"] = result.versions;
  document["had_catalogue"] = result.had_catalogue;
  if (result.set_aside.empty()) {
    document["set_aside"] = nullptr;
  } else {
    put_path(document, "set_aside", result.set_aside);
  }
  document["problems"] = array_of(result.problems);
  return dump(document);
}

std::string to_json(const std::vector<app::PolicyResult>& results) {
  Json document;
  document["schema"] = "csb.policy/1";
  document["paths"] = values_of(results);
  return dump(document);
}

}  // namespace csb::cli
