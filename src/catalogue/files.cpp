// The paths of a root: the stat cache and what is remembered of each file's content.
#include "codes.hpp"
#include "details.hpp"
#include "slices.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

FileStamp read_stamp(Columns& columns) {
  FileStamp stamp;
  stamp.size = columns.number();
  stamp.mtime_ns = columns.integer();
  stamp.inode = columns.number();
  stamp.mode = columns.mode();
  return stamp;
}

SessionFacts read_session_facts(const Query& row) {
  Columns columns(row);
  SessionFacts facts;
  facts.title = columns.bytes();
  facts.first_prompt = columns.bytes();
  facts.start_cwd = columns.bytes();
  facts.cwd = columns.bytes();
  facts.git_branch = columns.bytes();
  facts.version = columns.bytes();
  facts.model = columns.bytes();
  facts.forked_from = columns.bytes();
  facts.first_ns = columns.integer();
  facts.last_ns = columns.integer();
  facts.messages = columns.number();
  facts.prompts = columns.number();
  facts.tool_calls = columns.number();
  facts.bad_rows = columns.number();
  facts.compactions = columns.number();
  facts.rewinds = columns.number();
  facts.first_uuid = columns.bytes();
  return facts;
}

Boxed<SessionFacts> session_facts(Connection& db, std::int64_t file_id) {
  Query row = db.query(
      "SELECT title, first_prompt, start_cwd, cwd, git_branch, version, model, forked_from, first_ns, "
      "last_ns,"
      " messages, prompts, tool_calls, bad_rows, compactions, rewinds, first_uuid FROM transcripts"
      " WHERE file_id = ?1",
      file_id);
  if (!row.step()) return std::nullopt;
  SessionFacts facts = read_session_facts(row);
  Query plan = db.query("SELECT slug FROM plans WHERE file_id = ?1 ORDER BY slug", file_id);
  while (plan.step()) facts.plan_slugs.push_back(plan.bytes(0));
  return facts;
}

/// A row of: id, path, size, mtime_ns, inode, mode, class, racy, present, session, slices, parsed_to, facts.
FileState read_file_state(Connection& db, const Query& row) {
  Columns columns(row);
  const std::int64_t file_id = columns.integer();
  FileState state;
  state.path = columns.bytes();
  state.stamp = read_stamp(columns);
  state.path_class = path_class(columns.integer());
  state.racy = columns.flag();
  state.present = columns.flag();
  state.session = to_session(columns.bytes());
  state.slices = unpack_slices(columns.bytes());
  state.parsed_to = columns.number();
  state.facts = columns.bytes();
  state.session_facts = session_facts(db, file_id);
  return state;
}

/// @return the path's id and whether it had to be made; a new row still lacks everything but its name
struct FileRow {
  std::int64_t id = 0;
  bool is_new = false;
};

FileRow file_row(Connection& db, std::int64_t root_id, const FileState& state) {
  const FileStamp& stamp = state.stamp;
  {
    Query row = db.query("SELECT id FROM files WHERE root_id = ?1 AND path = ?2", root_id, Blob{state.path});
    if (row.step()) {
      const std::int64_t id = row.integer(0);
      db.run(
          "UPDATE files SET size = ?2, mtime_ns = ?3, inode = ?4, mode = ?5, class = ?6, racy = ?7, present "
          "= ?8,"
          " session = ?9 WHERE id = ?1",
          id, stamp.size, stamp.mtime_ns, stamp.inode, stamp.mode, code_of(state.path_class), state.racy,
          state.present, text_of(state.session));
      return {id, false};
    }
  }
  db.run(
      "INSERT INTO files(root_id, path, size, mtime_ns, inode, mode, class, racy, present, session)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
      root_id, Blob{state.path}, stamp.size, stamp.mtime_ns, stamp.inode, stamp.mode,
      code_of(state.path_class), state.racy, state.present, text_of(state.session));
  return {db.last_id(), true};
}

/// Of a path that is known.
std::int64_t file_id(Connection& db, std::int64_t root_id, std::string_view path) {
  Query row = db.query("SELECT id FROM files WHERE root_id = ?1 AND path = ?2", root_id, Blob{path});
  if (!row.step()) throw Error(ErrorCode::failed, "the catalogue does not know '" + std::string(path) + "'");
  return row.integer(0);
}

void put_session_facts(Connection& db, std::int64_t file_id, const SessionFacts& facts) {
  db.run(
      "INSERT OR REPLACE INTO transcripts(file_id, title, first_prompt, start_cwd, cwd, git_branch, version, "
      "model,"
      " forked_from, first_ns, last_ns, messages, prompts, tool_calls, bad_rows, compactions,"
      " rewinds, first_uuid)"
      " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
      file_id, facts.title, facts.first_prompt, facts.start_cwd, facts.cwd, facts.git_branch, facts.version,
      facts.model, facts.forked_from, facts.first_ns, facts.last_ns, facts.messages, facts.prompts,
      facts.tool_calls, facts.bad_rows, facts.compactions, facts.rewinds, facts.first_uuid);
  for (const std::string& slug : facts.plan_slugs)
    db.run("INSERT OR IGNORE INTO plans(file_id, slug) VALUES(?1, ?2)", file_id, Blob{slug});
}

}  // namespace

std::vector<KnownFile> Catalogue::known_files(std::int64_t root_id) const {
  return state_->run([&](Connection& db) {
    std::vector<KnownFile> files;
    // The index holds every column asked for, in the order asked for: no other page is read.
    Query row = db.query(
        "SELECT id, path, size, mtime_ns, inode, mode, class, racy FROM files INDEXED BY files_present"
        " WHERE root_id = ?1 AND present = 1 ORDER BY path",
        root_id);
    while (row.step()) {
      Columns columns(row);
      KnownFile& file = files.emplace_back();
      file.id = columns.integer();
      file.path = columns.bytes();
      file.stamp = read_stamp(columns);
      file.path_class = path_class(columns.integer());
      file.racy = columns.flag();
    }
    return files;
  });
}

std::optional<FileState> Catalogue::file_state(std::int64_t root_id, std::string_view path) const {
  return state_->run([&](Connection& db) -> std::optional<FileState> {
    Query row = db.query(
        "SELECT id, path, size, mtime_ns, inode, mode, class, racy, present, session, slices, parsed_to, "
        "facts"
        " FROM files LEFT JOIN contents ON file_id = id WHERE root_id = ?1 AND path = ?2",
        root_id, Blob{path});
    if (!row.step()) return std::nullopt;
    return read_file_state(db, row);
  });
}

std::vector<FileState> Catalogue::footprint(std::int64_t root_id, const SessionId& session) const {
  return state_->run([&](Connection& db) {
    std::vector<FileState> files;
    Query row = db.query(
        "SELECT id, path, size, mtime_ns, inode, mode, class, racy, present, session, slices, parsed_to, "
        "facts"
        " FROM files INDEXED BY files_by_session LEFT JOIN contents ON file_id = id"
        " WHERE session = ?2 AND root_id = ?1 ORDER BY path",
        root_id, session.text());
    while (row.step()) files.push_back(read_file_state(db, row));
    return files;
  });
}

void Catalogue::Update::put_file(std::int64_t root_id, const FileState& state) {
  state_->run([&](Connection& db) {
    const FileRow file = file_row(db, root_id, state);
    db.run("INSERT OR REPLACE INTO contents(file_id, slices, parsed_to, facts) VALUES(?1, ?2, ?3, ?4)",
           file.id, Blob{pack_slices(state.slices)}, state.parsed_to, Blob{state.facts});
    if (!file.is_new) {
      db.run("DELETE FROM transcripts WHERE file_id = ?1", file.id);
      db.run("DELETE FROM plans WHERE file_id = ?1", file.id);
    }
    if (state.session_facts) put_session_facts(db, file.id, *state.session_facts);
    if (!state.details) return;
    if (state.details_go_on && !state.details_of.empty() && state.details_of != state.path)
      copy_details(db, file_id(db, root_id, state.details_of), file.id);
    put_details(db, state_->names, file.id, *state.details, state.details_go_on || file.is_new);
  });
}

void Catalogue::Update::keep_history(std::int64_t root_id, std::string_view path,
                                     const SessionDetails& details) {
  state_->run([&](Connection& db) { keep_details(db, state_->names, file_id(db, root_id, path), details); });
}

void Catalogue::Update::touch_file(std::int64_t file_id, const FileStamp& stamp, bool racy) {
  state_->run([&](Connection& db) {
    db.run("UPDATE files SET size = ?2, mtime_ns = ?3, inode = ?4, mode = ?5, racy = ?6 WHERE id = ?1",
           file_id, stamp.size, stamp.mtime_ns, stamp.inode, stamp.mode, racy);
  });
}

void Catalogue::Update::remove_file(std::int64_t root_id, std::string_view path) {
  state_->run([&](Connection& db) {
    db.run("UPDATE files SET present = 0, racy = 0 WHERE root_id = ?1 AND path = ?2", root_id, Blob{path});
  });
}

}  // namespace csb::catalogue
