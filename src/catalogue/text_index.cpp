#include "csb/catalogue/text_index.hpp"

#include <optional>
#include <set>
#include <utility>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Transaction.h>

#include "connection.hpp"
#include "csb/util/fd.hpp"
#include "errors.hpp"
#include "state.hpp"
#include "text_documents.hpp"
#include "text_index_open.hpp"

namespace csb::catalogue {

struct TextIndex::State {
  Connection connection;
  DocumentReader documents{};

  template <typename Work>
  decltype(auto) run(Work&& work) {
    return translated(connection.path(),
                      [&]() -> decltype(auto) { return std::forward<Work>(work)(connection); });
  }
};

namespace {

std::optional<Oid> optional_oid(const std::string& bytes) {
  if (bytes.empty()) return std::nullopt;
  return to_oid(bytes);
}

/// A row of: id, branch, path, session, generation, indexed_to, commit_oid.
TextFile read_file(const Query& row) {
  Columns columns(row);
  TextFile file;
  file.id = columns.integer();
  file.branch = columns.bytes();
  file.path = columns.bytes();
  file.session = to_session(columns.bytes());
  file.generation = columns.number();
  file.indexed_to = columns.number();
  file.commit = optional_oid(columns.bytes());
  return file;
}

std::optional<TextFile> find(Connection& db, std::string_view branch, std::string_view path) {
  Query row = db.query(
      "SELECT id, branch, path, session, generation, indexed_to, commit_oid FROM files"
      " WHERE branch = ?1 AND path = ?2",
      branch, Blob{path});
  if (!row.step()) return std::nullopt;
  return read_file(row);
}

std::int64_t document_of(Connection& db, std::uint64_t key) {
  Query row = db.query("SELECT document FROM keys WHERE key = ?1", key);
  if (!row.step()) throw Damage("the text index lost a text");
  return row.integer(0);
}

/// Of the words of one piece, FTS5 has at most some ten MiB in memory, whatever they are.
constexpr std::size_t kPieceBytes = std::size_t{512} << 10;

bool is_between_words(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return !is_letter && !(c >= '0' && c <= '9') && static_cast<unsigned char>(c) < 0x80;
}

/// Takes the next piece off `rest`. Words longer than what two pieces share may be cut.
std::string_view take_piece(std::string_view& rest) {
  if (rest.size() <= kPieceBytes) return std::exchange(rest, {});
  std::size_t end = kPieceBytes;
  while (end > kPieceBytes - TextIndex::kLongestPhrase && !is_between_words(rest[end])) --end;
  const std::string_view piece = rest.substr(0, end);
  std::size_t next = end - TextIndex::kLongestPhrase;
  while (next < end && !is_between_words(rest[next])) ++next;
  rest.remove_prefix(next);
  return piece;
}

TextDocument document_of(Connection& db, DocumentReader& documents, std::int64_t id) {
  TextDocument document;
  const DocumentRow& row = documents.row(db, id);
  Query piece = db.query("SELECT document FROM pieces WHERE id = ?1", id);
  document.id = piece.step() ? piece.integer(0) : id;
  document.time_ns = row.time_ns;
  document.kind = row.kind;
  document.tool = documents.tool(db, row.tool);
  document.key = row.key;
  return document;
}

/// A free page in so many is left for what comes next.
constexpr std::int64_t kMostFree = 50;

}  // namespace

TextIndex::TextIndex(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextIndex::TextIndex(TextIndex&&) noexcept = default;
TextIndex& TextIndex::operator=(TextIndex&&) noexcept = default;
TextIndex::~TextIndex() = default;

TextIndex TextIndex::open(const std::string& path, Access access) {
  return translated(path, [&] {
    SQLite::Database database = access == Access::write  ? open_text_index_for_writing(path)
                                : access == Access::read ? open_text_index_for_reading(path)
                                                         : open_text_index_for_reading_alone(path);
    return TextIndex(std::make_unique<State>(State{Connection(path, std::move(database))}));
  });
}

std::optional<Oid> TextIndex::head(std::string_view branch) const {
  return state_->run([&](Connection& db) -> std::optional<Oid> {
    Query row = db.query("SELECT head FROM heads WHERE branch = ?1", branch);
    if (!row.step()) return std::nullopt;
    return to_oid(row.bytes(0));
  });
}

std::string TextIndex::note(std::string_view key) const {
  return state_->run([&](Connection& db) {
    Query row = db.query("SELECT value FROM notes WHERE key = ?1", key);
    return row.step() ? row.bytes(0) : std::string();
  });
}

std::optional<TextFile> TextIndex::file(std::int64_t id) const {
  return state_->run([&](Connection& db) -> std::optional<TextFile> {
    Query row = db.query(
        "SELECT id, branch, path, session, generation, indexed_to, commit_oid FROM files WHERE id = ?1", id);
    if (!row.step()) return std::nullopt;
    return read_file(row);
  });
}

std::optional<TextFile> TextIndex::find_file(std::string_view branch, std::string_view path) const {
  return state_->run([&](Connection& db) { return find(db, branch, path); });
}

void TextIndex::match(const std::string& expression,
                      const std::function<bool(const TextDocument&)>& visit) const {
  state_->run([&](Connection& db) {
    // FTS5 walks its list from the end: a common word costs no more than the documents that are looked at.
    SQLite::Statement statement(db.database(),
                                "SELECT rowid FROM texts WHERE texts MATCH ?1 ORDER BY rowid DESC");
    Query found(statement, std::string_view(expression));
    while (found.step())
      if (!visit(document_of(db, state_->documents, found.integer(0)))) return;
  });
}

void TextIndex::match_later_pieces(const std::string& expression,
                                   const std::function<bool(const TextDocument&)>& visit) const {
  state_->run([&](Connection& db) {
    Query found = db.query(
        "SELECT id FROM pieces WHERE EXISTS(SELECT 1 FROM texts WHERE texts MATCH ?1 AND rowid = id)"
        " ORDER BY id DESC",
        std::string_view(expression));
    while (found.step())
      if (!visit(document_of(db, state_->documents, found.integer(0)))) return;
  });
}

std::vector<std::int64_t> TextIndex::files_matching(const std::string& expression) const {
  return state_->run([&](Connection& db) {
    std::set<std::int64_t> files;
    Query found = db.query("SELECT rowid FROM texts WHERE texts MATCH ?1", std::string_view(expression));
    while (found.step()) files.insert(state_->documents.row(db, found.integer(0)).place.file);
    Query row = db.query(
        "SELECT DISTINCT file FROM texts CROSS JOIN places ON places.document ="
        " ifnull((SELECT document FROM pieces WHERE id = texts.rowid), texts.rowid)"
        " WHERE texts MATCH ?1",
        std::string_view(expression));
    while (row.step()) files.insert(row.integer(0));
    return std::vector<std::int64_t>(files.begin(), files.end());
  });
}

std::vector<TextPlace> TextIndex::places_of(std::int64_t document) const {
  return state_->run([&](Connection& db) {
    std::vector<TextPlace> places;
    const TextPlace& first = state_->documents.row(db, document).place;
    bool moved = false;
    Query row = db.query("SELECT file, generation, at, block FROM places WHERE document = ?1", document);
    while (row.step()) {
      Columns columns(row);
      TextPlace place;
      place.file = columns.integer();
      place.generation = columns.number();
      place.offset = columns.number();
      place.block = columns.number();
      moved = moved || place.file == first.file;
      places.push_back(place);
    }
    if (!moved) places.push_back(first);
    return places;
  });
}

std::string TextIndex::phrase(std::string_view text, bool open_end) {
  std::string out = "\"";
  for (const char c : text) {
    // A NUL would end the expression; to the tokenizer it is a space.
    if (c == '"') out += '"';
    out += c == '\0' ? ' ' : c;
  }
  return out + (open_end ? "\" *" : "\"");
}

struct TextIndex::Update::State {
  explicit State(TextIndex::State& owner)
      : index(owner), transaction(owner.connection.database(), SQLite::TransactionBehavior::IMMEDIATE) {}
  TextIndex::State& index;
  SQLite::Transaction transaction;  ///< its destructor rolls back what was not committed
  DocumentAppender documents{};
};

TextIndex::Update TextIndex::begin() {
  return state_->run([&](Connection&) { return Update(std::make_unique<Update::State>(*state_)); });
}

TextIndex::Update::Update(std::unique_ptr<State> state) : state_(std::move(state)) {}
TextIndex::Update::Update(Update&&) noexcept = default;
TextIndex::Update::~Update() = default;

TextFile TextIndex::Update::ensure_file(std::string_view branch, std::string_view path,
                                        const std::optional<SessionId>& session) {
  return state_->index.run([&](Connection& db) {
    if (auto known = find(db, branch, path)) return *std::move(known);
    db.run(
        "INSERT INTO files(branch, path, session, generation, indexed_to, commit_oid)"
        " VALUES(?1, ?2, ?3, 0, 0, NULL)",
        branch, Blob{path}, text_of(session));
    TextFile file;
    file.id = db.last_id();
    file.branch = branch;
    file.path = path;
    file.session = session;
    return file;
  });
}

bool TextIndex::Update::put(const TextPlace& place, const NewText& text) {
  return state_->index.run([&](Connection& db) {
    // In one: most texts are new, and a second look into the largest tree there is costs as much as the
    // first.
    const std::int64_t document = state_->documents.next_id(db);
    if (db.run("INSERT INTO keys(key, document) VALUES(?1, ?2) ON CONFLICT DO NOTHING", text.key, document) ==
        0) {
      db.run(
          "INSERT INTO places(document, file, generation, at, block) VALUES(?1, ?2, ?3, ?4, ?5)"
          " ON CONFLICT(document, file) DO UPDATE SET generation = ?3, at = ?4, block = ?5",
          document_of(db, text.key), place.file, place.generation, place.offset, place.block);
      return false;
    }
    const std::int64_t tool = state_->documents.tool_id(db, text.tool);
    std::string_view rest = text.text;
    const bool is_long = rest.size() > kPieceBytes;
    // Nothing bounds how many different words it has: each piece is written before the next one is taken.
    if (is_long) db.run("INSERT INTO texts(texts, rank) VALUES('hashsize', 524288)");
    do {
      const std::int64_t id = state_->documents.next_id(db);
      state_->documents.add(db, {text.key, text.time_ns, text.kind, tool, place});
      if (id != document) db.run("INSERT INTO pieces(id, document) VALUES(?1, ?2)", id, document);
      // Bound as bytes, which FTS5 takes for text: a text would be copied once more on its way.
      db.run("INSERT INTO texts(rowid, text) VALUES(?1, ?2)", id, Blob{take_piece(rest)});
    } while (!rest.empty());
    if (is_long) db.run("INSERT INTO texts(texts, rank) VALUES('hashsize', 8388608)");  // as the schema says
    return true;
  });
}

void TextIndex::Update::set_progress(const TextFile& file) {
  state_->index.run([&](Connection& db) {
    const auto commit = file.commit ? std::optional<Blob>(Blob{bytes_of(*file.commit)}) : std::nullopt;
    db.run("UPDATE files SET generation = ?2, indexed_to = ?3, commit_oid = ?4 WHERE id = ?1", file.id,
           file.generation, file.indexed_to, commit);
  });
}

void TextIndex::Update::set_head(std::string_view branch, const Oid& head) {
  state_->index.run([&](Connection& db) {
    db.run("INSERT OR REPLACE INTO heads(branch, head) VALUES(?1, ?2)", branch, Blob{bytes_of(head)});
  });
}

void TextIndex::Update::set_note(std::string_view key, std::string_view value) {
  state_->index.run(
      [&](Connection& db) { db.run("INSERT OR REPLACE INTO notes(key, value) VALUES(?1, ?2)", key, value); });
}

void TextIndex::Update::commit() {
  state_->index.run([&](Connection& db) {
    state_->documents.flush(db);
    state_->transaction.commit();
  });
}

void TextIndex::give_back_space() {
  state_->run([](Connection& db) {
    const auto number = [&](const char* pragma) {
      return db.database().execAndGet(std::string("PRAGMA ") + pragma).getInt64();
    };
    if (number("freelist_count") > number("page_count") / kMostFree)
      db.database().exec("PRAGMA incremental_vacuum");
  });
}

}  // namespace csb::catalogue
