#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "csb/source/claude_ai/mirror.hpp"

namespace csb::claude_ai {

/// state.db: what csb knows of the mirror beyond its files. A damaged one is set aside and begun anew.
/// Every call throws Error{failed} when SQLite fails.
class StateDatabase {
 public:
  enum class Access { read, write };
  StateDatabase(const std::string& path, Access access);

  [[nodiscard]] std::vector<ChatState> chats(const std::string& where, const std::string& argument,
                                             std::size_t limit) const;
  [[nodiscard]] std::vector<OrganizationState> organizations() const;
  [[nodiscard]] std::uint64_t remembered(const std::string& name) const;
  [[nodiscard]] std::string text(const std::string& name) const;

  void begin();
  void commit();
  void roll_back() noexcept;
  void put(const ChatState& chat);
  void put(const OrganizationState& organization);
  void remember(const std::string& name, std::uint64_t hash);
  void put_text(const std::string& name, const std::string& value);

 private:
  std::unique_ptr<SQLite::Database> database_;
};

}  // namespace csb::claude_ai
