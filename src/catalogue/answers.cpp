#include "answers.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "csb/util/packed.hpp"
#include "errors.hpp"

namespace csb::catalogue {
namespace {

constexpr auto kCounts = {&Tokens::input, &Tokens::output, &Tokens::cache_write_5m, &Tokens::cache_write_1h,
                          &Tokens::cache_read};

using Answers = std::vector<KeptAnswer>;

// Parts after the first hold answers whose rows are there, and no others: so it is the same whether one is
// merged into the part before it or into all of them together.
constexpr std::int64_t kFullPart = 2048;  ///< bytes from which on a part is added to no more
constexpr std::int64_t kParts = 16;       ///< of one file, at most: then they become one again

std::string pack_answers(const Answers& answers) {
  PackedWriter out;
  for (const KeptAnswer& answer : answers) {
    out.number(answer.message);
    out.number(static_cast<std::uint64_t>(answer.time_ns));
    out.number(static_cast<std::uint64_t>(answer.model));
    out.number(static_cast<std::uint64_t>(answer.cwd));
    for (const auto count : kCounts) out.number(answer.tokens.*count);
    out.number(answer.gone ? 1 : 0);
  }
  return std::move(out).bytes();
}

/// Of rows that are all there, the first says what an answer is, and each how much it took at least. Rows
/// that took the place of others (told of later, or not gone) say it alone: like a parse of them and no
/// other.
void merge(KeptAnswer& known, const KeptAnswer& told) {
  if (known.gone || told.gone) {
    known = told;
    return;
  }
  if (known.time_ns == 0 || (told.time_ns > 0 && told.time_ns < known.time_ns)) known.time_ns = told.time_ns;
  if (known.model == 0) known.model = told.model;
  if (known.cwd == 0) known.cwd = told.cwd;
  for (const auto count : kCounts) known.tokens.*count = std::max(known.tokens.*count, told.tokens.*count);
}

/// @param told by message
Answers merged(Answers known, const Answers& told) {
  Answers all;
  all.reserve(known.size() + told.size());
  auto next = known.begin();
  for (const KeptAnswer& answer : told) {
    while (next != known.end() && next->message < answer.message) all.push_back(*next++);
    if (next != known.end() && next->message == answer.message) {
      merge(*next, answer);
    } else {
      all.push_back(answer);
    }
  }
  all.insert(all.end(), next, known.end());
  return all;
}

Answers read(Connection& db, std::int64_t file_id) {
  Answers answers;
  Query row = db.query("SELECT packed FROM answers WHERE file_id = ?1 ORDER BY part", file_id);
  while (row.step()) answers = with_part(std::move(answers), row.bytes(0));
  return answers;
}

void write_part(Connection& db, std::int64_t file_id, std::int64_t part, const Answers& answers) {
  db.run("INSERT OR REPLACE INTO answers(file_id, part, packed) VALUES(?1, ?2, ?3)", file_id, part,
         Blob{pack_answers(answers)});
}

/// All in one part.
void write(Connection& db, std::int64_t file_id, const Answers& answers) {
  if (answers.empty()) return;
  db.run("DELETE FROM answers WHERE file_id = ?1 AND part > 0", file_id);
  write_part(db, file_id, 0, answers);
}

/// Adds answers whose rows are there. A long conversation has hundreds of kilobytes of answers: what grew is
/// written, not the whole.
void append(Connection& db, std::int64_t file_id, const Answers& told) {
  std::int64_t part = -1, length = 0;
  {
    Query row = db.query(
        "SELECT part, length(packed) FROM answers WHERE file_id = ?1 ORDER BY part DESC LIMIT 1", file_id);
    if (row.step()) {
      part = row.integer(0);
      length = row.integer(1);
    }
  }
  if (part < 0 || (length >= kFullPart && part + 1 == kParts))
    return write(db, file_id, merged(read(db, file_id), told));
  if (length >= kFullPart) return write_part(db, file_id, part + 1, told);
  Answers last;
  {
    Query row = db.query("SELECT packed FROM answers WHERE file_id = ?1 AND part = ?2", file_id, part);
    if (row.step()) last = unpack_answers(row.bytes(0));
  }
  write_part(db, file_id, part, merged(std::move(last), told));
}

/// The number of a name that is often the one before.
class LastName {
 public:
  std::int64_t id_of(Connection& db, Names& names, std::string_view name) {
    if (name.empty()) return 0;
    if (id_ == 0 || name != name_) {
      name_ = name;
      id_ = names.id_of(db, name);
    }
    return id_;
  }

 private:
  std::string_view name_;
  std::int64_t id_ = 0;
};

}  // namespace

std::vector<KeptAnswer> unpack_answers(std::string_view packed) {
  Answers answers;
  PackedReader in(packed);
  try {
    while (!in.at_end()) {
      KeptAnswer& answer = answers.emplace_back();
      answer.message = in.number();
      answer.time_ns = in.time();
      answer.model = in.time();
      answer.cwd = in.time();
      for (const auto count : kCounts) answer.tokens.*count = in.number();
      answer.gone = in.number() != 0;
    }
  } catch (const Error& error) {
    throw Damage(std::string("the catalogue holds torn answers: ") + error.what());
  }
  return answers;
}

std::vector<KeptAnswer> with_part(std::vector<KeptAnswer> known, std::string_view packed) {
  return known.empty() ? unpack_answers(packed) : merged(std::move(known), unpack_answers(packed));
}

void put_answers(Connection& db, Names& names, std::int64_t file_id, const SessionDetails& details,
                 bool gone) {
  if (details.answers.empty()) return;
  Answers told;
  told.reserve(details.answers.size());
  LastName model, cwd;
  for (const auto& [message, answer] : details.answers)
    told.push_back({message, answer.time_ns, model.id_of(db, names, answer.model),
                    cwd.id_of(db, names, answer.cwd), answer.tokens, gone});
  if (gone) {
    write(db, file_id, merged(read(db, file_id), told));
  } else {
    append(db, file_id, told);
  }
}

void copy_answers(Connection& db, std::int64_t from_file_id, std::int64_t file_id) {
  Answers told = read(db, from_file_id);
  std::erase_if(told, [](const KeptAnswer& answer) { return answer.gone; });
  write(db, file_id, merged(read(db, file_id), told));
}

void mark_answers_gone(Connection& db, std::int64_t file_id) {
  Answers answers = read(db, file_id);
  for (KeptAnswer& answer : answers) answer.gone = true;
  write(db, file_id, answers);
}

}  // namespace csb::catalogue
