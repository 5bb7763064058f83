"""What a catalogue says, without what hangs on how it came about: to compare one that grew with one built anew."""
import sqlite3

import kept_answers

# Every table, with names for numbers. Left out are what only the disk knows (stamps of files that are there,
# whether one was racy), the parser's own state, what the store does not have (runs, notes, names reported), and that
# there once was a branch.
TABLES = {
    "roots": "SELECT branch, source, path, hex(head) FROM roots WHERE head IS NOT NULL",
    "files": "SELECT r.branch, hex(f.path), f.size, f.mode & 511, f.class, f.present, f.session FROM files f"
             " JOIN roots r ON r.id = f.root_id",
    "contents": "SELECT hex(f.path), hex(c.slices), c.parsed_to, c.facts FROM contents c"
                " JOIN files f ON f.id = c.file_id WHERE f.present = 1",
    "transcripts": "SELECT hex(f.path), t.title, t.first_prompt, t.start_cwd, t.cwd, t.git_branch, t.version, t.model,"
                   " t.forked_from, t.first_ns, t.last_ns, t.messages, t.prompts, t.tool_calls, t.bad_rows,"
                   " t.compactions, t.rewinds, t.first_uuid FROM transcripts t JOIN files f ON f.id = t.file_id",
    "plans": "SELECT hex(f.path), p.slug FROM plans p JOIN files f ON f.id = p.file_id",
    "tools": "SELECT hex(f.path), n.name, x.calls FROM tools x JOIN files f ON f.id = x.file_id"
             " JOIN names n ON n.id = x.tool",
    "folders": "SELECT hex(f.path), n.name, x.work, x.rows, x.origin FROM folders x JOIN files f ON f.id = x.file_id"
               " JOIN names n ON n.id = x.folder",
    "touched": "SELECT hex(f.path), n.name, x.reads, x.writes, x.searches, x.last_ns, x.gone_ns FROM touched x"
               " JOIN files f ON f.id = x.file_id JOIN names n ON n.id = x.path",
    "activity": "SELECT hex(f.path), x.start_ns, x.end_ns, x.messages FROM activity x JOIN files f ON f.id = x.file_id",
    "commits": "SELECT r.branch, c.sequence, hex(c.oid), c.time_ns, c.order_ns FROM commits c"
               " JOIN roots r ON r.id = c.root_id",
    "versions": "SELECT r.branch, hex(f.path), c.sequence, v.op, v.size, v.mtime_ns, v.mode & 511, v.messages,"
                " v.compactions, hex(v.tree_path) FROM versions v JOIN files f ON f.id = v.file_id"
                " JOIN roots r ON r.id = f.root_id JOIN commits c ON c.id = v.commit_id",
    "sessions": "SELECT s.id, hex(f.path), s.present, s.active_ns, s.deleted_ns, s.versions, s.last_op,"
                " hex(s.moved_from), s.footprint_files, s.footprint_bytes, s.parent, s.first_message FROM sessions s"
                " JOIN files f ON f.id = s.file_id",
}


def rows_of(catalogue):
    """{table: its rows, sorted}"""
    database = sqlite3.connect("file:%s?mode=ro" % catalogue, uri=True)
    try:
        database.text_factory = bytes
        rows = {name: sorted(map(repr, database.execute(query))) for name, query in TABLES.items()}
        rows["answers"] = sorted(map(repr, kept_answers.with_names(database)))
        return rows
    finally:
        database.close()
