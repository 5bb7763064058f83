// What history holds: each version of each path, as the commits recorded it.
#include "codes.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

/// A row of: versions.id, root_id, branch, path, session, oid, time_ns, sequence, op, size, mtime_ns, mode,
/// messages, compactions, tree_path.
Version read_version(const Query& row) {
  Columns columns(row);
  Version version;
  version.id = columns.integer();
  version.root_id = columns.integer();
  version.branch = columns.bytes();
  version.path = columns.bytes();
  version.session = to_session(columns.bytes());
  version.commit = to_oid(columns.bytes());
  version.commit_ns = columns.integer();
  version.sequence = columns.number();
  version.op = change_op(columns.integer());
  version.size = columns.number();
  version.mtime_ns = columns.integer();
  version.mode = columns.mode();
  version.messages = columns.optional_number();
  version.compactions = columns.optional_number();
  version.tree_path = columns.bytes();
  return version;
}

std::vector<Version> read_versions(Query row) {
  std::vector<Version> versions;
  while (row.step()) versions.push_back(read_version(row));
  return versions;
}

std::int64_t commit_row(Connection& db, const Version& version) {
  {
    Query row = db.query("SELECT id FROM commits WHERE root_id = ?1 AND oid = ?2", version.root_id,
                         Blob{bytes_of(version.commit)});
    if (row.step()) return row.integer(0);
  }
  db.run(
      "INSERT INTO commits(root_id, oid, time_ns, sequence, order_ns)"
      " SELECT ?1, ?2, ?3, coalesce(max(sequence), 0) + 1, max(?3, coalesce(max(order_ns), ?3))"
      " FROM commits WHERE root_id = ?1",
      version.root_id, Blob{bytes_of(version.commit)}, version.commit_ns);
  return db.last_id();
}

/// The path's row; made from the version, as a path of the past, when the path was never put. Such a path
/// keeps the measures of its newest version.
std::int64_t versioned_file(Connection& db, const Version& version) {
  const Blob path{version.path};
  const auto session = text_of(version.session);
  std::int64_t id = 0;
  {
    Query row = db.query(
        "SELECT id, present OR EXISTS(SELECT 1 FROM contents WHERE file_id = id) FROM files"
        " WHERE root_id = ?1 AND path = ?2",
        version.root_id, path);
    if (row.step()) {
      if (row.integer(1) != 0) return row.integer(0);
      id = row.integer(0);
    }
  }
  if (id == 0) {
    db.run(
        "INSERT INTO files(root_id, path, size, mtime_ns, inode, mode, class, racy, present, session)"
        " VALUES(?1, ?2, ?3, ?4, 0, ?5, ?6, 0, 0, ?7)",
        version.root_id, path, version.size, version.mtime_ns, version.mode, code_of(PathClass::noise),
        session);
    return db.last_id();
  }
  if (version.op != ChangeOp::remove)
    db.run(
        "UPDATE files SET size = ?2, mtime_ns = ?3, mode = ?4, session = coalesce(?5, session) WHERE id = ?1",
        id, version.size, version.mtime_ns, version.mode, session);
  return id;
}

}  // namespace

std::vector<Version> Catalogue::versions_of(const SessionId& session) const {
  return state_->run([&](Connection& db) {
    // Git keeps seconds: of two branches with commits of the same one, that with the latest content is later.
    return read_versions(
        db.query("WITH paths(id) AS ("
                 "  SELECT id FROM files WHERE session = ?1"
                 "  UNION"
                 "  SELECT plan.id FROM files AS transcript"
                 "    CROSS JOIN plans ON plans.file_id = transcript.id"
                 "    CROSS JOIN roots"
                 "    CROSS JOIN files AS plan ON plan.root_id = roots.id"
                 "      AND plan.path = CAST('plans/' || plans.slug || '.md' AS BLOB)"
                 "    WHERE transcript.session = ?1)"
                 " SELECT versions.id, files.root_id, branch, files.path, session, oid, time_ns, sequence, "
                 "op, versions.size,"
                 "  versions.mtime_ns, versions.mode, messages, compactions, tree_path"
                 " FROM paths CROSS JOIN versions ON versions.file_id = paths.id"
                 "  CROSS JOIN files ON files.id = paths.id"
                 "  CROSS JOIN commits ON commits.id = commit_id"
                 "  CROSS JOIN roots ON roots.id = files.root_id"
                 " ORDER BY order_ns, max(versions.mtime_ns) OVER (PARTITION BY order_ns, files.root_id),"
                 "  files.root_id, sequence, versions.id",
                 session.text()));
  });
}

std::vector<Version> Catalogue::versions_of_path(std::int64_t root_id, std::string_view path) const {
  return state_->run([&](Connection& db) {
    return read_versions(
        db.query("SELECT versions.id, files.root_id, branch, files.path, session, oid, time_ns, sequence, "
                 "op, versions.size,"
                 "  versions.mtime_ns, versions.mode, messages, compactions, tree_path"
                 " FROM files CROSS JOIN versions ON versions.file_id = files.id"
                 "  CROSS JOIN commits ON commits.id = commit_id"
                 "  CROSS JOIN roots ON roots.id = files.root_id"
                 " WHERE files.root_id = ?1 AND files.path = ?2 ORDER BY sequence",
                 root_id, Blob{path}));
  });
}

std::vector<ChangedPath> Catalogue::paths_changed(std::int64_t root_id,
                                                  const std::optional<Oid>& after) const {
  return state_->run([&](Connection& db) {
    std::vector<ChangedPath> paths;
    Query row = db.query(
        "SELECT path, session, present, sum(op IN (?3, ?4, ?5)) FROM versions CROSS JOIN commits ON "
        "commits.id = commit_id"
        " CROSS JOIN files ON files.id = file_id"
        " WHERE commits.root_id = ?1 AND sequence >"
        "  coalesce((SELECT sequence FROM commits WHERE root_id = ?1 AND oid = ?2), 0)"
        " GROUP BY files.id ORDER BY max(versions.mtime_ns), path",
        root_id, Blob{after ? bytes_of(*after) : std::string_view()}, code_of(ChangeOp::add),
        code_of(ChangeOp::rewrite), code_of(ChangeOp::shrink));
    while (row.step())
      paths.push_back({row.bytes(0), to_session(row.bytes(1)), row.integer(2) != 0,
                       static_cast<std::uint64_t>(row.integer(3))});
    return paths;
  });
}

bool Catalogue::knows_commit(std::int64_t root_id, const Oid& commit) const {
  return state_->run([&](Connection& db) {
    Query row =
        db.query("SELECT 1 FROM commits WHERE root_id = ?1 AND oid = ?2", root_id, Blob{bytes_of(commit)});
    return row.step();
  });
}

void Catalogue::Update::add_version(const Version& version) {
  state_->run([&](Connection& db) {
    auto& last = state_->last_commit;
    if (last.id == 0 || last.root_id != version.root_id || last.oid != version.commit)
      last = {version.root_id, commit_row(db, version), version.commit};
    db.run(
        "INSERT INTO versions(file_id, commit_id, op, size, mtime_ns, mode, messages, compactions, tree_path)"
        " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
        " ON CONFLICT(file_id, commit_id) DO UPDATE SET op = ?3, size = ?4, mtime_ns = ?5, mode = ?6,"
        "  messages = ?7, compactions = ?8, tree_path = ?9",
        versioned_file(db, version), last.id, code_of(version.op), version.size, version.mtime_ns,
        version.mode, version.messages, version.compactions, Blob{version.tree_path});
  });
}

}  // namespace csb::catalogue
