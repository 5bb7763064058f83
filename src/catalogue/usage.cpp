// What was used, by day, model, project and session.
#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <vector>

#include "answers.hpp"
#include "csb/util/clock.hpp"
#include "state.hpp"

namespace csb::catalogue {
namespace {

/// One answer as one file of a session tells it.
struct Told {
  std::uint64_t message = 0;
  std::int64_t time_ns = 0, model = 0, project = 0;
  std::size_t session = 0;  ///< its rank
  bool newest = false;      ///< by the newest rows of a file that is there, or is the last there was
  Tokens tokens;
};

/// Ranks sessions by their start and then by id, so that nothing hangs on the order in which they came in.
class Ranks {
 public:
  explicit Ranks(Connection& db) {
    Query row = db.query(
        "SELECT ids.session, coalesce(s.parent, '') FROM"
        "  (SELECT DISTINCT f.session FROM files f WHERE f.session IS NOT NULL) AS ids"
        " LEFT JOIN sessions s ON s.id = ids.session LEFT JOIN transcripts t ON t.file_id = s.file_id"
        " ORDER BY coalesce(t.first_ns, 0), ids.session");
    std::vector<std::string> parents;
    while (row.step()) {
      ranks_.emplace(row.bytes(0), ids_.size());
      ids_.push_back(row.bytes(0));
      parents.push_back(row.bytes(1));
    }
    for (const std::string& parent : parents) parents_.push_back(rank_of(parent));
  }

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
  [[nodiscard]] std::size_t rank_of(const std::string& session) const {
    const auto found = ranks_.find(session);
    return found == ranks_.end() ? kNone : found->second;
  }
  [[nodiscard]] std::size_t parent_of(std::size_t rank) const { return parents_[rank]; }
  [[nodiscard]] const std::string& id_of(std::size_t rank) const { return ids_[rank]; }

 private:
  std::unordered_map<std::string, std::size_t> ranks_;
  std::vector<std::string> ids_;
  std::vector<std::size_t> parents_;
};

/// Names of models and projects, by their number; the number 0 is no name.
class NamesOfAnswers {
 public:
  explicit NamesOfAnswers(Connection& db) : db_(db) { names_.emplace(0, ""); }

  const std::string& operator[](std::int64_t id) {
    const auto [entry, is_new] = names_.try_emplace(id);
    if (!is_new) return entry->second;
    Query row = db_.query("SELECT name FROM names WHERE id = ?1", id);
    if (!row.step()) throw Damage("the catalogue holds an answer of a model or project without a name");
    return entry->second = row.bytes(0);
  }

 private:
  Connection& db_;
  std::unordered_map<std::int64_t, std::string> names_;
};

/// All that is told of answers, those of one message behind each other, by session.
std::vector<Told> read_answers(Connection& db, const Ranks& ranks) {
  std::vector<Told> answers;
  Query row = db.query(
      "SELECT f.session, a.packed, f.present OR f.id IS s.file_id, a.file_id FROM answers a"
      " CROSS JOIN files f ON f.id = a.file_id LEFT JOIN sessions s ON s.id = f.session"
      " WHERE f.session IS NOT NULL ORDER BY a.file_id, a.part");
  bool more = row.step();
  while (more) {
    const std::size_t session = ranks.rank_of(row.bytes(0));
    const bool counts = row.integer(2) != 0;
    const std::int64_t file_id = row.integer(3);
    std::vector<KeptAnswer> told;
    do {
      if (session != Ranks::kNone) told = with_part(std::move(told), row.bytes(1));
      more = row.step();
    } while (more && row.integer(3) == file_id);
    for (const KeptAnswer& answer : told)
      answers.push_back({answer.message, answer.time_ns, answer.model, answer.cwd, session,
                         counts && !answer.gone, answer.tokens});
  }
  std::sort(answers.begin(), answers.end(), [](const Told& a, const Told& b) {
    return std::tie(a.message, a.session) < std::tie(b.message, b.session);
  });
  return answers;
}

using Iterator = std::vector<Told>::const_iterator;

/// The session that one answer, told from `begin` to `end`, was made in.
std::size_t owner_of(const Ranks& ranks, Iterator begin, Iterator end) {
  for (auto told = begin; told != end; ++told) {
    const std::size_t parent = ranks.parent_of(told->session);
    const bool parent_tells = std::any_of(
        begin, end, [&](const Told& other) { return other.session == parent && parent != told->session; });
    if (!parent_tells) return told->session;
  }
  return begin->session;  // they name each other as parents
}

/// The days of times that often come close to each other.
class Days {
 public:
  const std::string& day_of(std::int64_t ns) {
    constexpr std::int64_t kQuarter = 900 * kNsPerSecond;  // no timezone shifts in between
    constexpr std::size_t kDayLength = 10;                 // "2026-11-20"
    if (ns == 0) return unknown_;
    auto& day = days_[ns / kQuarter];
    if (day.empty()) day = format_local(ns).substr(0, kDayLength);
    return day;
  }

 private:
  const std::string unknown_;
  std::unordered_map<std::int64_t, std::string> days_;
};

void take_larger(Tokens& tokens, const Tokens& other) {
  for (const auto count : {&Tokens::input, &Tokens::output, &Tokens::cache_write_5m, &Tokens::cache_write_1h,
                           &Tokens::cache_read})
    tokens.*count = std::max(tokens.*count, other.*count);
}

void add(Tokens& tokens, const Tokens& other) {
  for (const auto count : {&Tokens::input, &Tokens::output, &Tokens::cache_write_5m, &Tokens::cache_write_1h,
                           &Tokens::cache_read})
    tokens.*count += other.*count;
}

class Usage {
 public:
  Usage(Connection& db, const UsageQuery& query) : query_(query), ranks_(db), names_(db) {
    const std::vector<Told> answers = read_answers(db, ranks_);
    for (auto begin = answers.begin(); begin != answers.end();) {
      const auto end = std::find_if(begin, answers.end(),
                                    [&](const Told& told) { return told.message != begin->message; });
      count(begin, end);
      begin = end;
    }
  }

  [[nodiscard]] std::vector<UsageRow> rows() && {
    std::vector<UsageRow> rows;
    for (auto& [key, row] : rows_) rows.push_back(std::move(row));
    return rows;
  }

 private:
  void count(Iterator begin, Iterator end) {
    const std::size_t owner = owner_of(ranks_, begin, end);
    if (query_.session && ranks_.id_of(owner) != query_.session->text()) return;
    // What the newest rows say of it counts, and what older ones said where no other is left. Of several
    // files one may say more.
    const bool newest =
        std::any_of(begin, end, [&](const Told& told) { return told.session == owner && told.newest; });
    const Told* first = nullptr;
    Tokens tokens;
    for (auto told = begin; told != end; ++told) {
      if (told->session != owner || told->newest != newest) continue;
      take_larger(tokens, told->tokens);
      if (first == nullptr || origin_of(*told) < origin_of(*first)) first = &*told;
    }
    if (first == nullptr || first->time_ns < query_.since_ns.value_or(0)) return;
    if (query_.until_ns && first->time_ns > *query_.until_ns) return;
    const std::string& day = days_.day_of(first->time_ns);
    UsageRow& row = rows_[{day, names_[first->model], names_[first->project], owner}];
    if (row.answers == 0) {
      row.day = day;
      row.model = names_[first->model];
      row.project = names_[first->project];
      row.session = ranks_.id_of(owner);
    }
    ++row.answers;
    add(row.tokens, tokens);
  }

  [[nodiscard]] std::tuple<std::int64_t, const std::string&, const std::string&> origin_of(const Told& told) {
    return {told.time_ns, names_[told.model], names_[told.project]};
  }

  const UsageQuery& query_;
  Ranks ranks_;
  NamesOfAnswers names_;
  Days days_;
  std::map<std::tuple<std::string, std::string, std::string, std::size_t>, UsageRow> rows_;
};

}  // namespace

std::vector<UsageRow> Catalogue::usage(const UsageQuery& query) const {
  return state_->run([&](Connection& db) { return Usage(db, query).rows(); });
}

}  // namespace csb::catalogue
