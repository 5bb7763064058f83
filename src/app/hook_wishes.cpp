#include "hook_wishes.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"

namespace csb::app {
namespace {

constexpr std::chrono::seconds kPause{10};
constexpr std::chrono::seconds kPatience{30};

std::string wish_directory(const Settings& settings) { return settings.home + "/wishes"; }
std::string wish_lock(const Settings& settings) { return settings.home + "/wishes.lock"; }

std::vector<SessionId> wishes(const Settings& settings) {
  std::vector<SessionId> sessions;
  for (const std::string& name : fs::list_directory(wish_directory(settings)))
    if (auto session = SessionId::parse(name)) sessions.push_back(std::move(*session));
  return sessions;
}

/// The wish goes first: one made from now on is for a backup that begins from now on.
void fulfil(const Settings& settings, const SessionId& session) {
  fs::remove_file(wish_directory(settings) + "/" + session.text());
  BackupOptions options;
  options.session = session.text();
  try {
    back_up_patiently(settings, options);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): noted by backup() for `status`
  }
}

}  // namespace

void back_up_patiently(const Settings& settings, BackupOptions options) {
  try {
    (void)backup(settings, options);
    return;
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy) throw;
  }
  options.patience = kPatience;
  (void)backup(settings, options);
}

bool wish_for(const Settings& settings, const SessionId& session) {
  const std::string directory = wish_directory(settings);
  fs::make_directories(directory);
  fs::replace_file(directory + "/" + session.text(), {});
  return FileLock::acquire(wish_lock(settings)).has_value();
}

void fulfil_wishes(const Settings& settings) {
  // A wish made after the last look finds the lock taken, and counts on one more look without it.
  while (!wishes(settings).empty()) {
    const auto lock = FileLock::acquire(wish_lock(settings));
    if (!lock) return;
    for (auto sessions = wishes(settings); !sessions.empty(); sessions = wishes(settings)) {
      for (const SessionId& session : sessions) fulfil(settings, session);
      std::this_thread::sleep_for(kPause);
    }
  }
}

}  // namespace csb::app
