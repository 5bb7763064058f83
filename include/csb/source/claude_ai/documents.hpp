#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "csb/model/session_id.hpp"

/// What lies beside the chats in the mirror and has something to say: projects with their documents and
/// instructions, and what the service remembers of a person.
namespace csb::claude_ai {

/// One text of it.
struct Document {
  enum class Kind : std::uint8_t { description, instructions, document, memory };
  Kind kind = Kind::document;
  std::string id;    ///< the same in every version of its file
  std::string name;  ///< of a document: its file's
  std::string text;
  std::int64_t time_ns = 0;  ///< 0 when it has none
};

/// Larger files are not read: the service's own bound for a project's texts is far below.
inline constexpr std::size_t kMaxDocumentFile = std::size_t{32} << 20;

/// The project, or the organization or account, whose documents the file of that path holds. Nothing: it
/// holds none.
[[nodiscard]] std::optional<SessionId> document_owner(std::string_view path);

/// Calls `visit` for every text of a file, in its order, until that says no. @return false when it is no JSON
bool read_documents(std::string_view json, const std::function<bool(const Document&)>& visit);

/// The name of the project that a file describes; empty when it does not say. @param json the whole file
[[nodiscard]] std::string project_name(std::string_view json);

}  // namespace csb::claude_ai
