#include "state_database.hpp"

#include <fcntl.h>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <cerrno>
#include <functional>
#include <type_traits>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::claude_ai {
namespace {

constexpr int kVersion = 1;
constexpr int kBusyTimeoutMs = 10'000;
constexpr std::size_t kMaxText = 4096;

constexpr const char* kSchema = R"sql(
CREATE TABLE chats(
  uuid TEXT PRIMARY KEY, account TEXT NOT NULL, organization TEXT NOT NULL, name TEXT NOT NULL,
  project TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, messages INTEGER NOT NULL,
  size INTEGER NOT NULL, starred INTEGER NOT NULL, archived INTEGER NOT NULL, api INTEGER NOT NULL,
  status INTEGER NOT NULL, row INTEGER NOT NULL, files INTEGER NOT NULL, error TEXT NOT NULL,
  link TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE organizations(
  uuid TEXT PRIMARY KEY, account TEXT NOT NULL, name TEXT NOT NULL, link TEXT NOT NULL,
  full_listing INTEGER NOT NULL, present INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE remembered(name TEXT PRIMARY KEY, value) WITHOUT ROWID;
)sql";

/// SQLite's errors are csb's.
template <typename Work>
auto guarded(const Work& work) -> std::invoke_result_t<Work> {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorCode::failed, std::string("the state of the chats cannot be used: ") + error.what());
  }
}

std::int64_t stored(std::uint64_t value) { return static_cast<std::int64_t>(value); }
std::string bounded(const std::string& text) { return text.substr(0, kMaxText); }

std::unique_ptr<SQLite::Database> open(const std::string& path, StateDatabase::Access access) {
  const bool write = access == StateDatabase::Access::write;
  if (write) {  // private before SQLite makes it
    const Fd fd = open_at(AT_FDCWD, path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!fd) throw errno_error("cannot open '" + path + "'", errno);
  }
  const int flags = SQLite::OPEN_READWRITE | (write ? SQLite::OPEN_CREATE : 0);
  auto database = std::make_unique<SQLite::Database>(path, flags, kBusyTimeoutMs);
  const int version = database->execAndGet("PRAGMA user_version").getInt();
  if (version > kVersion)
    throw Error(ErrorCode::refused, "'" + path + "' was written by a newer csb", "use that one");
  if (!write) return database;
  database->exec("PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = NORMAL");
  if (version == 0) {
    database->exec("BEGIN IMMEDIATE");
    database->exec(kSchema);
    database->exec("PRAGMA user_version = 1; COMMIT");
  }
  database->execAndGet("SELECT count(*) FROM chats");
  return database;
}

ChatState chat_of_row(SQLite::Statement& row) {
  ChatState chat;
  int at = 0;
  const auto text = [&] { return row.getColumn(at++).getString(); };
  const auto number = [&] { return row.getColumn(at++).getInt64(); };
  chat.uuid = text(), chat.account = text(), chat.organization = text(), chat.name = text(),
  chat.project = text();
  chat.created_ns = number(), chat.updated_ns = number();
  chat.messages = static_cast<std::uint64_t>(number()), chat.size = static_cast<std::uint64_t>(number());
  chat.is_starred = number() != 0, chat.is_archived = number() != 0, chat.is_from_api = number() != 0;
  const std::int64_t status = number();
  chat.status = status == 1   ? ChatState::Status::stored
                : status == 2 ? ChatState::Status::gone
                              : ChatState::Status::pending;
  chat.row = static_cast<std::uint64_t>(number());
  chat.has_files = number() != 0;
  chat.error = text(), chat.link = text();
  return chat;
}

}  // namespace

StateDatabase::StateDatabase(const std::string& path, Access access) {
  try {
    database_ = open(path, access);
  } catch (const SQLite::Exception& error) {
    const int code = error.getErrorCode();
    if (access == Access::read || (code != SQLITE_NOTADB && code != SQLITE_CORRUPT && code != SQLITE_ERROR))
      throw Error(ErrorCode::failed, "cannot open '" + path + "': " + error.what());
    fs::rename_file(path, path + ".damaged");
    guarded([&] { database_ = open(path, access); });
  }
}

std::vector<ChatState> StateDatabase::chats(const std::string& where, const std::string& argument,
                                            std::size_t limit) const {
  return guarded([&] {
    SQLite::Statement query(*database_, "SELECT * FROM chats " + where +
                                            " ORDER BY updated DESC, uuid LIMIT " + std::to_string(limit));
    if (!where.empty()) query.bind(1, argument);
    std::vector<ChatState> found;
    while (query.executeStep()) found.push_back(chat_of_row(query));
    return found;
  });
}

std::vector<OrganizationState> StateDatabase::organizations() const {
  return guarded([&] {
    SQLite::Statement query(
        *database_,
        "SELECT uuid, account, name, link, full_listing, present FROM organizations ORDER BY uuid");
    std::vector<OrganizationState> found;
    while (query.executeStep())
      found.push_back({query.getColumn(0), query.getColumn(1), query.getColumn(2), query.getColumn(3),
                       query.getColumn(4).getInt64(), query.getColumn(5).getInt() != 0});
    return found;
  });
}

std::uint64_t StateDatabase::remembered(const std::string& name) const {
  return guarded([&] {
    SQLite::Statement query(*database_, "SELECT value FROM remembered WHERE name = ?1");
    query.bind(1, name);
    return query.executeStep() ? static_cast<std::uint64_t>(query.getColumn(0).getInt64()) : 0;
  });
}

std::string StateDatabase::text(const std::string& name) const {
  return guarded([&] {
    SQLite::Statement query(*database_, "SELECT value FROM remembered WHERE name = ?1");
    query.bind(1, name);
    return query.executeStep() ? query.getColumn(0).getString() : std::string();
  });
}

void StateDatabase::begin() {
  guarded([&] { database_->exec("BEGIN IMMEDIATE"); });
}
void StateDatabase::commit() {
  guarded([&] { database_->exec("COMMIT"); });
}
void StateDatabase::roll_back() noexcept { (void)database_->tryExec("ROLLBACK"); }

void StateDatabase::put(const ChatState& chat) {
  guarded([&] {
    SQLite::Statement put(
        *database_,
        "INSERT OR REPLACE INTO chats VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,"
        "?16,?17)");
    int at = 0;
    for (const std::string* text : {&chat.uuid, &chat.account, &chat.organization}) put.bind(++at, *text);
    put.bind(++at, bounded(chat.name)), put.bind(++at, bounded(chat.project));
    const int status = chat.status == ChatState::Status::stored ? 1
                       : chat.status == ChatState::Status::gone ? 2
                                                                : 0;
    for (const std::int64_t number :
         {chat.created_ns, chat.updated_ns, stored(chat.messages), stored(chat.size),
          std::int64_t{chat.is_starred}, std::int64_t{chat.is_archived}, std::int64_t{chat.is_from_api},
          std::int64_t{status}, stored(chat.row), std::int64_t{chat.has_files}})
      put.bind(++at, number);
    put.bind(++at, bounded(chat.error)), put.bind(++at, chat.link);
    put.exec();
  });
}

void StateDatabase::put(const OrganizationState& organization) {
  guarded([&] {
    SQLite::Statement put(*database_, "INSERT OR REPLACE INTO organizations VALUES(?1,?2,?3,?4,?5,?6)");
    put.bind(1, organization.uuid), put.bind(2, organization.account),
        put.bind(3, bounded(organization.name));
    put.bind(4, organization.link), put.bind(5, organization.full_listing_ns);
    put.bind(6, organization.is_present ? 1 : 0);
    put.exec();
  });
}

void StateDatabase::remember(const std::string& name, std::uint64_t hash) {
  guarded([&] {
    SQLite::Statement put(*database_, "INSERT OR REPLACE INTO remembered VALUES(?1, ?2)");
    put.bind(1, name), put.bind(2, stored(hash));
    put.exec();
  });
}

void StateDatabase::put_text(const std::string& name, const std::string& value) {
  guarded([&] {
    SQLite::Statement put(*database_, "INSERT OR REPLACE INTO remembered VALUES(?1, ?2)");
    put.bind(1, name), put.bind(2, bounded(value));
    put.exec();
  });
}

}  // namespace csb::claude_ai
