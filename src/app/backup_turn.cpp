#include "backup_turn.hpp"

#include <optional>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"

namespace csb::app {
namespace {

/// Readers hold the catalogue while they rebuild it or bring it up to date; that ends.
constexpr std::chrono::minutes kCataloguePatience{2};

std::string pending_mark(const Settings& settings) { return settings.home + "/pending"; }

/// The mark is made before the last attempt: either the holder finds it after letting go, or we get the lock.
std::optional<FileLock> take_lock(const Settings& settings, std::chrono::milliseconds patience) {
  if (auto lock = FileLock::acquire(settings.lock_file(), patience)) return lock;
  fs::replace_file(pending_mark(settings), "another backup was wanted\n");
  return FileLock::acquire(settings.lock_file());
}

/// The lock of the store itself may be held by maintenance or a repair, which know of wishes too
/// (do_what_was_wished): the mark is made, then it is tried once more, so that either they find it or we get
/// the lock.
void try_work(const Settings& settings, bool again, const std::function<void(bool again)>& work) {
  try {
    return work(again);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::busy) throw;
  }
  fs::replace_file(pending_mark(settings), "another backup was wanted\n");
  work(again);  // the mark stays: it may by now be another run's too
}

/// Readers know of no wishes: the lock they take is another one.
FileLock take_catalogue(const Settings& settings) {
  auto lock = FileLock::acquire(settings.catalogue_lock_file(), kCataloguePatience);
  if (!lock)
    throw Error(ErrorCode::busy, "another run of csb is rebuilding the catalogue", "try again later");
  return std::move(*lock);
}

}  // namespace

bool is_wished(const Settings& settings) { return fs::exists(pending_mark(settings)); }

void work_in_turn(const Settings& settings, std::chrono::milliseconds patience,
                  const std::function<void(bool again)>& work, bool does_all) {
  auto lock = take_lock(settings, patience);
  if (!lock)
    throw Error(ErrorCode::busy, "another run of csb is at work",
                "it was told to look again when it is done; nothing needs to be repeated");
  for (int run = 0;; ++run) {
    // What was wished for until now, this run does.
    if (run > 0 || does_all) fs::remove_file(pending_mark(settings));
    {
      const FileLock catalogue = take_catalogue(settings);
      try_work(settings, run > 0, work);
    }
    lock.reset();
    // Each mark is of a run that ended with nothing saved and counts on this one: there is no limit.
    if (!fs::exists(pending_mark(settings))) return;
    lock = FileLock::acquire(settings.lock_file());
    if (!lock) return;  // who holds it now finds the mark
  }
}

}  // namespace csb::app
