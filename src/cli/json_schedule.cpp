#include "csb/cli/upkeep.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

Json run_value(const app::ScheduledRun& run) {
  Json object;
  object["when"] = time_or_null(run.when_ns);
  object["duration_ms"] = run.duration_ns / 1'000'000;
  object["outcome"] = run.outcome;
  object["by"] = run.by;
  object["message"] = run.message;
  return object;
}

Json status_value(const app::ScheduleStatus& status) {
  std::string state(app::to_string(status.state));
  for (char& c : state)
    if (c == ' ') c = '_';
  Json object;
  object["state"] = state;
  object["scheduler"] = status.scheduler ? Json(app::to_string(*status.scheduler)) : Json(nullptr);
  object["entry"] = text_or_null(status.entry);
  object["interval_minutes"] = status.interval == 0 ? Json(nullptr) : Json(status.interval);
  object["installed"] = time_or_null(status.installed_ns);
  object["last_run"] = status.last_run ? run_value(*status.last_run) : Json(nullptr);
  object["reason"] = text_or_null(status.reason);
  object["notes"] = status.notes;
  return object;
}

Json files_value(const std::vector<app::ScheduleFile>& files) {
  Json array = Json::array();
  for (const app::ScheduleFile& file : files) {
    Json object;
    put_path(object, "name", file.name);
    object["text"] = file.text;
    array.push_back(std::move(object));
  }
  return array;
}

Json document_of(const char* action) {
  Json document;
  document["schema"] = "csb.schedule/1";
  document["action"] = action;
  return document;
}

}  // namespace

std::string to_json(const app::ScheduleStatus& status) {
  Json document = document_of("status");
  document["status"] = status_value(status);
  return dump(document);
}

std::string to_json(const app::ScheduleInstalled& result, bool dry_run) {
  Json document = document_of("install");
  document["dry_run"] = dry_run;
  document["scheduler"] = app::to_string(result.scheduler);
  document["unchanged"] = result.unchanged;
  document["files"] = files_value(result.files);
  document["status"] = dry_run ? Json(nullptr) : status_value(result.status);
  return dump(document);
}

std::string to_json(app::Scheduler scheduler, const std::vector<app::ScheduleFile>& files) {
  Json document = document_of("print");
  document["scheduler"] = app::to_string(scheduler);
  document["files"] = files_value(files);
  return dump(document);
}

std::string to_json(const std::vector<std::string>& removed, bool dry_run) {
  Json document = document_of("remove");
  document["dry_run"] = dry_run;
  document["removed"] = removed;
  return dump(document);
}

std::string to_json(const app::ScheduledOutcome& outcome) {
  Json document = document_of("run");
  document["run"] = run_value(outcome.run);
  document["maintained"] = outcome.maintained;
  document["texts"] = outcome.texts;
  document["problems"] = outcome.problems;
  return dump(document);
}

}  // namespace csb::cli
