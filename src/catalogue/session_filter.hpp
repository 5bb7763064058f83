#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include <SQLiteCpp/Statement.h>

#include "csb/catalogue/catalogue.hpp"

namespace csb::catalogue {

/// The conditions of a SessionQuery on a row of kSelectSessions, but for the deletion, as SQL.
class SessionFilter {
 public:
  explicit SessionFilter(const SessionQuery& query);

  /// " AND … AND …"; empty when everything matches.
  [[nodiscard]] const std::string& sql() const noexcept { return sql_; }
  /// Binds the conditions' arguments, the first as number `index`.
  void bind(SQLite::Statement& statement, int index) const;

 private:
  using Argument = std::variant<std::int64_t, std::string>;  ///< text is bound as a BLOB

  void add_words(const std::vector<std::string>& words);
  void add_folder(const FolderFilter& folder);
  void add_file(const std::string& path);
  void add_tool(const std::string& tool);
  void add_source(const std::string& source);
  void add_time(std::int64_t since_ns, std::int64_t until_ns);
  /// "(…)": what `folder` says of the BLOB `expression`.
  [[nodiscard]] std::string in_folder(const std::string& expression, const FolderFilter& folder);

  std::string sql_;
  std::vector<Argument> arguments_;
};

}  // namespace csb::catalogue
