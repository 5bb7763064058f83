#include "text_documents.hpp"

#include <utility>

#include "csb/util/clock.hpp"
#include "errors.hpp"

namespace csb::catalogue {
namespace {

/// A lookup unpacks a block; a small update writes the last one again.
constexpr std::size_t kBlockRows = 64;

// The first number of a row: its kind, and what of the row before still holds.
constexpr std::uint64_t kKindBits = 0x0F;
constexpr std::uint64_t kSamePlace = 0x10;  ///< file and generation as before, and the message's first block
constexpr std::uint64_t kHasTool = 0x20;
constexpr std::uint64_t kFineTime = 0x40;  ///< of nanoseconds; else of milliseconds, as the client writes it

constexpr std::int64_t kNsPerMs = kNsPerSecond / 1000;

/// Differences wrap around, so that none is too large; small ones of either sign make small numbers.
std::uint64_t zigzag(std::uint64_t difference) { return (difference << 1) ^ (0 - (difference >> 63)); }
std::uint64_t unzigzag(std::uint64_t number) { return (number >> 1) ^ (0 - (number & 1)); }

std::uint64_t unsigned_of(std::int64_t number) { return static_cast<std::uint64_t>(number); }
std::int64_t signed_of(std::uint64_t number) { return static_cast<std::int64_t>(number); }

bool is_same_place(const TextPlace& place, const TextPlace& before) {
  return place.file == before.file && place.generation == before.generation && place.block == 0;
}

DocumentRow unpack(PackedReader& in, const DocumentRow& before) {
  DocumentRow row;
  const std::uint64_t flags = in.number();
  const std::uint64_t kind = flags & kKindBits;
  if (kind == 0 || kind > static_cast<std::uint64_t>(TextKind::attachment))
    throw Damage("the text index holds a text of no kind");
  row.kind = static_cast<TextKind>(kind);
  row.key = in.word();
  const std::uint64_t passed = unzigzag(in.number());
  if ((flags & kFineTime) != 0)
    row.time_ns = signed_of(unsigned_of(before.time_ns) + passed);
  else
    row.time_ns = signed_of((unsigned_of(before.time_ns / kNsPerMs) + passed) * unsigned_of(kNsPerMs));
  if ((flags & kHasTool) != 0) row.tool = signed_of(in.number());
  if ((flags & kSamePlace) != 0) {
    row.place = before.place;
    row.place.block = 0;
  } else {
    row.place.file = signed_of(in.number());
    row.place.generation = in.number();
    row.place.block = in.number();
  }
  row.place.offset = before.place.offset + unzigzag(in.number());
  return row;
}

}  // namespace

void DocumentPacker::add(const DocumentRow& row) {
  const bool same_place = is_same_place(row.place, last_.place);
  const bool fine_time = row.time_ns % kNsPerMs != 0;
  out_.number(static_cast<std::uint64_t>(row.kind) | (same_place ? kSamePlace : 0) |
              (row.tool != 0 ? kHasTool : 0) | (fine_time ? kFineTime : 0));
  out_.word(row.key);
  out_.number(zigzag(fine_time ? unsigned_of(row.time_ns) - unsigned_of(last_.time_ns)
                               : unsigned_of(row.time_ns / kNsPerMs - last_.time_ns / kNsPerMs)));
  if (row.tool != 0) out_.number(unsigned_of(row.tool));
  if (!same_place) {
    out_.number(unsigned_of(row.place.file));
    out_.number(row.place.generation);
    out_.number(row.place.block);
  }
  out_.number(zigzag(row.place.offset - last_.place.offset));
  last_ = row;
  ++count_;
}

std::vector<DocumentRow> unpack_documents(std::string_view packed) {
  std::vector<DocumentRow> rows;
  rows.reserve(kBlockRows);
  PackedReader in(packed);
  try {
    while (!in.at_end()) rows.push_back(unpack(in, rows.empty() ? DocumentRow() : rows.back()));
  } catch (const Damage&) {
    throw;
  } catch (const Error& error) {
    throw Damage(std::string("the text index holds torn rows: ") + error.what());
  }
  return rows;
}

const DocumentRow& DocumentReader::row(Connection& db, std::int64_t document) {
  const auto index = [&] { return unsigned_of(document) - unsigned_of(first_); };
  if (document < first_ || index() >= rows_.size()) {
    Query block = db.query(
        "SELECT first, packed FROM documents WHERE first <= ?1 ORDER BY first DESC LIMIT 1", document);
    if (!block.step()) throw Damage("the text index lacks a text");
    rows_ = unpack_documents(block.bytes(1));
    first_ = block.integer(0);
    if (index() >= rows_.size()) throw Damage("the text index lacks a text");
  }
  return rows_[index()];
}

const std::string& DocumentReader::tool(Connection& db, std::int64_t id) {
  const auto known = tools_.find(id);
  if (known != tools_.end()) return known->second;
  std::string name;
  if (id != 0) {
    Query row = db.query("SELECT name FROM tools WHERE id = ?1", id);
    if (row.step()) name = row.bytes(0);
  }
  return tools_.emplace(id, std::move(name)).first->second;
}

std::int64_t DocumentAppender::tool_id(Connection& db, std::string_view name) {
  if (name.empty()) return 0;
  const auto known = tools_.find(std::string(name));
  if (known != tools_.end()) return known->second;
  db.run("INSERT OR IGNORE INTO tools(name) VALUES(?1)", name);
  Query row = db.query("SELECT id FROM tools WHERE name = ?1", name);
  if (!row.step()) throw Damage("the text index lost a tool");
  return tools_.emplace(name, row.integer(0)).first->second;
}

std::int64_t DocumentAppender::next_id(Connection& db) {
  if (!first_) go_on(db);
  if (block_.count() == kBlockRows) {
    const std::int64_t next = *first_ + static_cast<std::int64_t>(kBlockRows);
    flush(db);
    first_ = next;
  }
  return *first_ + static_cast<std::int64_t>(block_.count());
}

void DocumentAppender::add(Connection& db, const DocumentRow& row) {
  static_cast<void>(next_id(db));  // there is room now
  block_.add(row);
}

void DocumentAppender::go_on(Connection& db) {
  first_ = 1;
  Query block = db.query("SELECT first, packed FROM documents ORDER BY first DESC LIMIT 1");
  if (!block.step()) return;
  first_ = block.integer(0);
  for (const DocumentRow& row : unpack_documents(block.bytes(1))) block_.add(row);
}

void DocumentAppender::flush(Connection& db) {
  if (block_.count() == 0) return;
  db.run("INSERT OR REPLACE INTO documents(first, packed) VALUES(?1, ?2)", *first_,
         Blob{std::exchange(block_, {}).bytes()});
  first_.reset();
}

}  // namespace csb::catalogue
