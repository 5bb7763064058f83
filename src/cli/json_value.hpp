#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "csb/app/list.hpp"
#include "csb/app/session_state.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/model/file.hpp"
#include "csb/model/oid.hpp"

/// What all JSON documents are made of.
namespace csb::cli {

/// Keys keep the order they are written in.
using Json = nlohmann::ordered_json;

/// The document as text, with a line break at its end. Text that is not UTF-8 gets replacement characters.
[[nodiscard]] std::string dump(const Json& document);

/// object[key] = path, and object[key + "_b64"] where the bytes are not UTF-8.
void put_path(Json& object, const std::string& key, std::string_view path);

/// RFC 3339, or null for 0.
[[nodiscard]] Json time_or_null(std::int64_t ns);
[[nodiscard]] Json text_or_null(std::string_view text);
[[nodiscard]] Json oid_or_null(const std::optional<Oid>& oid);
/// Six octal digits, as git shows modes.
[[nodiscard]] std::string mode_text(std::uint32_t mode);

template <typename T>
[[nodiscard]] Json value_or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

[[nodiscard]] Json to_value(const Change& change);
[[nodiscard]] Json to_value(const Problem& problem);
[[nodiscard]] Json to_value(const archive::Fault& fault);
[[nodiscard]] Json to_value(const app::InspectedSession& inspected, std::int64_t now);
[[nodiscard]] Json to_value(const catalogue::FolderRow& folder);
/// The sessions, each with its folders, and how many there are.
void put_list(Json& document, const app::ListResult& result, std::int64_t now);

template <typename T>
[[nodiscard]] Json array_of(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(to_value(item));
  return array;
}

}  // namespace csb::cli
