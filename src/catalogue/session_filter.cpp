#include "session_filter.hpp"

#include <limits>

#include "csb/util/text.hpp"

namespace csb::catalogue {
namespace {

/// lower() is ASCII's; instr() of two BLOBs compares bytes: no character is special. Folders are looked
/// through once, not for each session.
constexpr std::string_view kWordOccurs =
    " AND (instr(CAST(lower(s.id || char(10) || t.title || char(10) || t.first_prompt || char(10) || "
    "t.start_cwd"
    " || char(10) || t.cwd || char(10) || f.path) AS BLOB), ?) > 0"
    " OR s.id IN (SELECT own.session FROM names n CROSS JOIN folders d ON d.folder = n.id"
    " CROSS JOIN files own ON own.id = d.file_id"
    " WHERE instr(CAST(lower(CAST(n.name AS TEXT)) AS BLOB), ?) > 0))";

/// The first text behind all those that begin with `prefix`; empty when there is none.
std::string end_of_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

}  // namespace

SessionFilter::SessionFilter(const SessionQuery& query) {
  add_words(query.words);
  if (query.folder) add_folder(*query.folder);
  if (!query.touched_file.empty()) add_file(query.touched_file);
  if (!query.tool.empty()) add_tool(query.tool);
  if (!query.source.empty()) add_source(query.source);
  if (query.since_ns || query.until_ns)
    add_time(query.since_ns.value_or(0), query.until_ns.value_or(std::numeric_limits<std::int64_t>::max()));
}

void SessionFilter::bind(SQLite::Statement& statement, int index) const {
  for (const Argument& argument : arguments_) {
    if (const auto* number = std::get_if<std::int64_t>(&argument)) {
      statement.bind(index++, *number);
    } else {
      const auto& text = std::get<std::string>(argument);
      statement.bind(index++, static_cast<const void*>(text.data()), static_cast<int>(text.size()));
    }
  }
}

void SessionFilter::add_words(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.empty()) continue;
    sql_ += kWordOccurs;
    for (int i = 0; i < 2; ++i) arguments_.emplace_back(ascii_lower(word));
  }
}

std::string SessionFilter::in_folder(const std::string& expression, const FolderFilter& folder) {
  const auto range = [&](const std::string& prefix) {
    arguments_.emplace_back(prefix);
    std::string sql = expression + " >= ?";
    if (const std::string end = end_of_prefix(prefix); !end.empty()) {
      arguments_.emplace_back(end);
      sql += " AND " + expression + " < ?";
    }
    return sql;
  };
  if (folder.how == FolderFilter::How::prefix || folder.how == FolderFilter::How::started_prefix)
    return "(" + range(folder.path) + ")";
  arguments_.emplace_back(folder.path);
  std::string sql = "(" + expression + " = ?";
  if (folder.how == FolderFilter::How::below)
    sql += " OR (" + range(folder.path == "/" ? folder.path : folder.path + '/') + ")";
  return sql + ")";
}

/// Folders of all its files; and where it started or is now, if no row did any work there.
void SessionFilter::add_folder(const FolderFilter& folder) {
  if (folder.how == FolderFilter::How::started || folder.how == FolderFilter::How::started_prefix) {
    sql_ += " AND " + in_folder("CAST(t.start_cwd AS BLOB)", folder);
    return;
  }
  sql_ += " AND (" + in_folder("CAST(t.start_cwd AS BLOB)", folder);
  sql_ += " OR " + in_folder("CAST(t.cwd AS BLOB)", folder);
  sql_ +=
      " OR s.id IN (SELECT own.session FROM names n CROSS JOIN folders d ON d.folder = n.id"
      " CROSS JOIN files own ON own.id = d.file_id WHERE " +
      in_folder("n.name", folder) + "))";
}

void SessionFilter::add_file(const std::string& path) {
  sql_ +=
      " AND s.id IN (SELECT own.session FROM names n CROSS JOIN touched d ON d.path = n.id"
      " CROSS JOIN files own ON own.id = d.file_id WHERE (n.name = ?";
  arguments_.emplace_back(path);
  if (!path.starts_with('/')) {
    sql_ += " OR substr(n.name, -?) = ?";
    const std::string end = '/' + path;
    arguments_.emplace_back(static_cast<std::int64_t>(end.size()));
    arguments_.emplace_back(end);
  }
  sql_ += "))";
}

void SessionFilter::add_tool(const std::string& tool) {
  sql_ +=
      " AND s.id IN (SELECT own.session FROM names n CROSS JOIN tools d ON d.tool = n.id"
      " CROSS JOIN files own ON own.id = d.file_id WHERE n.name = ?)";
  arguments_.emplace_back(tool);
}

void SessionFilter::add_source(const std::string& source) {
  sql_ += " AND CAST(r.source AS BLOB) = ?";
  arguments_.emplace_back(source);
}

/// In one of its sittings; or, where no row has a time, when the file was last written.
void SessionFilter::add_time(std::int64_t since_ns, std::int64_t until_ns) {
  sql_ +=
      " AND (s.active_ns BETWEEN ? AND ? OR EXISTS(SELECT 1 FROM activity a WHERE a.file_id = s.file_id"
      " AND a.end_ns >= ? AND a.start_ns <= ?))";
  for (int i = 0; i < 2; ++i) {
    arguments_.emplace_back(since_ns);
    arguments_.emplace_back(until_ns);
  }
}

}  // namespace csb::catalogue
