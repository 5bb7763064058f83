#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <SQLiteCpp/Transaction.h>

#include "connection.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/fd.hpp"
#include "errors.hpp"
#include "names.hpp"

namespace csb::catalogue {

struct Catalogue::State {
  Connection connection;
  std::string postponed{};  ///< of a draft: the statements that complete it

  /// Every access goes through here: `work` gets the connection, SQLite's exceptions become csb's.
  template <typename Work>
  decltype(auto) run(Work&& work) {
    return translated(connection.path(),
                      [&]() -> decltype(auto) { return std::forward<Work>(work)(connection); });
  }
};

struct Catalogue::Update::State {
  explicit State(Catalogue::State& owner)
      : catalogue(owner), transaction(owner.connection.database(), SQLite::TransactionBehavior::IMMEDIATE) {}

  template <typename Work>
  decltype(auto) run(Work&& work) {
    if (committed) throw Error(ErrorCode::failed, "the catalogue's transaction has ended");
    return catalogue.run(std::forward<Work>(work));
  }

  Catalogue::State& catalogue;
  SQLite::Transaction transaction;  ///< its destructor rolls back what was not committed
  bool committed = false;
  Names names;
  /// The commit of the last version added: versions come commit by commit.
  struct {
    std::int64_t root_id = 0, id = 0;
    Oid oid;
  } last_commit;
};

/// A BLOB that must be an object's name. @throws Damage
[[nodiscard]] Oid to_oid(std::string_view bytes);
[[nodiscard]] inline std::string_view bytes_of(const Oid& oid) {
  return as_text(std::as_bytes(std::span(oid.bytes)));
}
/// A column that must be a session's id, or empty. @throws Damage
[[nodiscard]] std::optional<SessionId> to_session(std::string_view text);
/// What a session is stored as.
[[nodiscard]] inline std::optional<std::string_view> text_of(const std::optional<SessionId>& session) {
  return session ? std::optional<std::string_view>(session->text()) : std::nullopt;
}

}  // namespace csb::catalogue
