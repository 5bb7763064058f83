#include "json_value.hpp"

#include <fmt/format.h>

#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {

std::string dump(const Json& document) {
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

void put_path(Json& object, const std::string& key, std::string_view path) {
  object[key] = path;
  if (!is_valid_utf8(path)) object[key + "_b64"] = base64_encode(path);
}

Json time_or_null(std::int64_t ns) { return ns == 0 ? Json(nullptr) : Json(format_rfc3339(ns)); }

Json text_or_null(std::string_view text) { return text.empty() ? Json(nullptr) : Json(text); }

Json oid_or_null(const std::optional<Oid>& oid) { return oid ? Json(oid->hex()) : Json(nullptr); }

std::string mode_text(std::uint32_t mode) { return fmt::format("{:06o}", mode); }

Json to_value(const Change& change) {
  Json object;
  put_path(object, "path", change.path);
  object["op"] = to_string(change.op);
  object["size"] = change.size;
  object["modified"] = time_or_null(change.mtime_ns);
  object["mode"] = mode_text(change.mode);
  object["messages"] = value_or_null(change.messages);
  return object;
}

Json to_value(const Problem& problem) {
  Json object;
  object["severity"] = problem.severity == Problem::Severity::not_saved ? "not_saved" : "note";
  put_path(object, "path", problem.path);
  object["what"] = problem.what;
  object["hint"] = text_or_null(problem.hint);
  return object;
}

Json to_value(const archive::Fault& fault) {
  Json object;
  object["object"] = fault.object;
  put_path(object, "where", fault.where);
  object["what"] = fault.what;
  return object;
}

}  // namespace csb::cli
