#include "csb/cli/render_queries.hpp"
#include "json_value.hpp"

namespace csb::cli {
namespace {

const char* to_text(catalogue::FolderFilter::How how) {
  using How = catalogue::FolderFilter::How;
  switch (how) {
    case How::below:
      return "below";
    case How::exactly:
      return "exactly";
    case How::started:
      return "started";
    case How::prefix:
      return "prefix";
    case How::started_prefix:
      return "started-prefix";
  }
  return "below";
}

Json to_value(const app::WaitingTranscript& waiting) {
  Json object;
  object["id"] = waiting.id.text();
  put_path(object, "root", waiting.root);
  put_path(object, "path", waiting.path);
  object["size"] = waiting.size;
  object["modified"] = time_or_null(waiting.mtime_ns);
  return object;
}

}  // namespace

std::string to_json(const app::ScanResult& result, const catalogue::SessionQuery& query, std::int64_t now) {
  Json document;
  document["schema"] = "csb.scan/1";
  document["folder"] = nullptr;
  if (query.folder) {
    Json folder;
    folder["how"] = to_text(query.folder->how);
    put_path(folder, "path", query.folder->path);
    document["folder"] = std::move(folder);
  }
  document["words"] = query.words;
  put_list(document, result.list, now);
  document["waiting"] = Json::array();
  for (const app::WaitingTranscript& waiting : result.waiting)
    document["waiting"].push_back(to_value(waiting));
  document["problems"] = array_of(result.problems);
  return dump(document);
}

}  // namespace csb::cli
