#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace csb::catalogue {

/// The text of a statement, known when csb is compiled: its address names it in the statement cache.
struct Sql {
  const char* text;
  consteval Sql(const char* literal) : text(literal) {}  // NOLINT: meant to be implicit
};

/// An argument bound as a BLOB: paths are bytes, compared as bytes.
struct Blob {
  std::string_view bytes;
};

/// A prepared statement while it is used; it is reset at the end, so that no read transaction stays open.
class Query {
 public:
  template <typename... Args>
  explicit Query(SQLite::Statement& statement, const Args&... args) : statement_(statement) {
    int index = 0;
    (bind_one(++index, args), ...);
  }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query() { statement_.tryReset(); }

  /// The next row. @return false when there is none
  [[nodiscard]] bool step() { return statement_.executeStep(); }
  /// Runs a statement that gives no rows. @return how many rows it changed
  int run() { return statement_.exec(); }

  [[nodiscard]] bool is_null(int column) const { return statement_.isColumnNull(column); }
  [[nodiscard]] std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
  /// TEXT or BLOB, byte for byte.
  [[nodiscard]] std::string bytes(int column) const { return statement_.getColumn(column).getString(); }

 private:
  void bind_one(int index, std::int64_t value) { statement_.bind(index, value); }
  void bind_one(int index, std::uint64_t value) { statement_.bind(index, static_cast<std::int64_t>(value)); }
  void bind_one(int index, std::uint32_t value) { statement_.bind(index, std::int64_t{value}); }
  void bind_one(int index, bool value) { statement_.bind(index, value ? 1 : 0); }
  void bind_one(int index, std::string_view text) { statement_.bind(index, std::string(text)); }
  void bind_one(int index, Blob blob);
  template <typename T>
  void bind_one(int index, const std::optional<T>& value) {
    value ? bind_one(index, *value) : statement_.bind(index);
  }

  SQLite::Statement& statement_;
};

/// Reads the columns of a row from left to right.
class Columns {
 public:
  explicit Columns(const Query& query) : query_(query) {}
  [[nodiscard]] std::int64_t integer() { return query_.integer(next_++); }
  [[nodiscard]] std::uint64_t number() { return static_cast<std::uint64_t>(integer()); }
  [[nodiscard]] std::uint32_t mode() { return static_cast<std::uint32_t>(integer()); }
  [[nodiscard]] bool flag() { return integer() != 0; }
  [[nodiscard]] std::string bytes() { return query_.bytes(next_++); }
  [[nodiscard]] std::optional<std::uint64_t> optional_number();

 private:
  const Query& query_;
  int next_ = 0;
};

/// One open database and its prepared statements.
class Connection {
 public:
  Connection(std::string path, SQLite::Database database)
      : path_(std::move(path)), database_(std::move(database)) {}

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] SQLite::Database& database() noexcept { return database_; }

  /// A statement, prepared once, with these arguments for ?1, ?2, …
  template <typename... Args>
  [[nodiscard]] Query query(Sql sql, const Args&... args) {
    return Query(prepared(sql), args...);
  }
  /// The same, for a statement that gives no rows. @return how many rows it changed
  template <typename... Args>
  int run(Sql sql, const Args&... args) {
    return Query(prepared(sql), args...).run();
  }
  [[nodiscard]] std::int64_t last_id() const { return database_.getLastInsertRowid(); }

 private:
  [[nodiscard]] SQLite::Statement& prepared(Sql sql);

  std::string path_;
  SQLite::Database database_;
  // After database_: statements go before their database does.
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace csb::catalogue
