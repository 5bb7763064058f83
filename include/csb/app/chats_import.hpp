#pragma once

#include "csb/app/chats.hpp"
#include "csb/source/claude_ai/import.hpp"

namespace csb::app {

struct ChatsImportOptions {
  claude_ai::ImportOptions import;  ///< the mirror is filled in from the settings
  bool store = true;                ///< back up afterwards
};

struct ChatsImportResult {
  claude_ai::ImportResult import;
  StoredMirror stored;
};

/// Merges exports into the mirror, then stores it. @throws as claude_ai::import_chats()
[[nodiscard]] ChatsImportResult chats_import(const Settings& settings, ChatsImportOptions options);

}  // namespace csb::app
