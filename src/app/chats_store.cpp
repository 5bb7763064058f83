#include "csb/app/backup.hpp"
#include "csb/app/chats_import.hpp"
#include "csb/util/error.hpp"

namespace csb::app {

StoredMirror store_mirror(const Settings& settings) {
  StoredMirror stored;
  try {
    const BackupResult result = backup(settings, {});
    for (const BackedUpRoot& root : result.roots) {
      if (root.source != "claude.ai") continue;
      stored.tried = true;
      stored.complete = !root.incomplete;
      if (root.incomplete) stored.why = "not all of it could be stored";
    }
  } catch (const Error& error) {
    stored.tried = true;
    // The run that holds the lock finds the mark that was left, and runs once more.
    stored.complete = error.code() == ErrorCode::busy;
    stored.why = error.what();
  }
  return stored;
}

ChatsImportResult chats_import(const Settings& settings, ChatsImportOptions options) {
  options.import.mirror = settings.mirror();
  ChatsImportResult result;
  result.import = claude_ai::import_chats(options.import);
  const claude_ai::ImportResult& import = result.import;
  const bool changed = import.added + import.updated + import.beside + import.other > 0;
  if (options.store && !options.import.dry_run && changed && !import.interrupted)
    result.stored = store_mirror(settings);
  return result;
}

}  // namespace csb::app
