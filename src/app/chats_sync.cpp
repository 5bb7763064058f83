#include <cstdlib>

#include "csb/app/chats.hpp"
#include "csb/app/config.hpp"
#include "csb/util/error.hpp"

namespace csb::app {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread is started
  return value == nullptr ? std::string() : std::string(value);
}

void require_enabled(const Settings& settings) {
  if (settings.chats.enabled) return;
  throw Error(ErrorCode::usage, "fetching chats from claude.ai is turned off",
              "the service's terms may not allow programs to do it; the official export "
              "('csb chats import FILE') needs no such thing. To turn it on: csb chats sync --enable");
}

claude_ai::KeySources with_settings(claude_ai::KeySources sources, const Settings& settings) {
  if (sources.file.empty()) sources.file = settings.chats.key_file;
  if (sources.command.empty()) sources.command = claude_ai::split_command(settings.chats.key_command);
  return sources;
}

}  // namespace

ChatsSyncResult chats_sync(const Settings& settings, ChatsSyncOptions options) {
  ChatsSyncResult result;
  if (options.enable && !settings.chats.enabled) {
    SettingOverrides nothing;
    (void)config_change(nothing, {.kind = ConfigChange::Kind::set, .key = "chats.enabled", .value = "true"});
    result.config_file = settings.config_file;
  } else {
    require_enabled(settings);
  }
  options.sync.mirror = settings.mirror();
  options.sync.proxy = settings.chats.proxy;
  options.sync.base_url = environment("CSB_CHATS_BASE_URL");
  {
    const claude_ai::Secret key = claude_ai::read_key(with_settings(std::move(options.key), settings));
    result.sync = claude_ai::sync(key, options.sync);
  }
  const claude_ai::SyncResult& sync = result.sync;
  const bool changed = !sync.added.empty() || !sync.updated.empty() || sync.files > 0;
  if (options.store && !options.sync.dry_run && changed &&
      sync.ending != claude_ai::SyncResult::Ending::interrupted)
    result.stored = store_mirror(settings);
  return result;
}

}  // namespace csb::app
