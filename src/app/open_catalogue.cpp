#include "csb/app/open_catalogue.hpp"

#include <chrono>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "fill_catalogue.hpp"
#include "publish_catalogue.hpp"

namespace csb::app {
namespace {

using catalogue::Catalogue;
using Said = std::function<void(std::string)>;

constexpr std::string_view kStoreNote = "store";  ///< which store the catalogue reflects
constexpr std::chrono::milliseconds kPatience{2000};

/// One name for one store, whether it exists yet or not and however it was written.
std::string store_name(const Settings& settings) {
  std::string path = settings.store;
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  if (path.ends_with("/.git")) path.resize(path.size() - 5);
  if (std::string real = fs::real_path(path); !real.empty()) return real;
  const std::string parent = fs::real_path(std::string(parent_path(path)));
  return parent.empty() ? path : parent + '/' + std::string(base_name(path));
}

enum class Fault {
  none,
  empty,     ///< no file, or nothing in it (a run was killed before it filled it)
  outdated,  ///< an older csb's
  damaged,
  other_store,  ///< sound, but of another store, which will want it back
  unreadable,   ///< cannot be read now: permission, a lock, a disk error
};

/// The catalogue file, when it is sound and of this store. @param fault and `why` say why it is not
std::optional<Catalogue> open_sound(const Settings& settings, Fault& fault, std::string& why) {
  fault = Fault::none;
  if (settings.catalogue_trust != CatalogueTrust::sound) {
    fault = settings.catalogue_trust == CatalogueTrust::damaged ? Fault::damaged : Fault::unreadable;
    why = "the catalogue could not be read to the end";
    return std::nullopt;
  }
  try {
    Catalogue catalogue = Catalogue::open(settings.catalogue_file(), Catalogue::Access::read);
    if (!is_of_this_store(catalogue, settings)) {
      fault = Fault::other_store;
      why = "the catalogue is that of another store, " + catalogue.note(kStoreNote);
    } else if (catalogue.roots().empty()) {
      fault = Fault::empty;
      why = "the catalogue is empty";
    } else {
      return catalogue;
    }
  } catch (const std::exception& error) {
    const auto* known = dynamic_cast<const Error*>(&error);
    fault = known != nullptr && known->code() == ErrorCode::not_found ? Fault::empty
            : Catalogue::is_outdated(error)                           ? Fault::outdated
            : Catalogue::is_damage(error)                             ? Fault::damaged
                                                                      : Fault::unreadable;
    why = fault == Fault::empty ? "there is no catalogue" : error.what();
  }
  return std::nullopt;
}

/// Builds a new catalogue beside the old one, then puts it in its place: whoever reads sees one or the
/// other. @return false when that is not possible now
bool rebuild_in_place(const archive::Store& store, const Settings& settings, Fault fault) {
  const std::string file = settings.catalogue_file();
  try {
    fs::make_directories(settings.home);
    const auto lock = FileLock::acquire(settings.catalogue_lock_file(), kPatience);
    if (!lock) return false;
    const OldCatalogue old = fault == Fault::damaged ? OldCatalogue::damaged : settle_old_catalogue(file);
    const std::string fresh = fresh_catalogue_file(file);
    {
      Catalogue catalogue = Catalogue::open(fresh, Catalogue::Access::write);
      fill_catalogue(catalogue, store, settings);
    }
    publish_catalogue(fresh, file, old);
    return true;
  } catch (const std::exception&) {
    return false;  // a read-only or full disk: the caller does without the file
  }
}

Catalogue rebuild(const archive::Store& store, const Settings& settings, Fault fault, std::string why,
                  const Said& said) {
  if (said) said("reading the sessions from the store: " + why);
  const bool may_replace = fault == Fault::empty || fault == Fault::outdated || fault == Fault::damaged;
  if (may_replace && rebuild_in_place(store, settings, fault)) {
    Settings mended = settings;
    mended.catalogue_trust = CatalogueTrust::sound;
    if (auto catalogue = open_sound(mended, fault, why)) return std::move(*catalogue);
  }
  Catalogue catalogue = Catalogue::open("", Catalogue::Access::memory);
  fill_catalogue(catalogue, store, settings);
  return catalogue;
}

}  // namespace

std::vector<Problem> fill_catalogue(Catalogue& catalogue, const archive::Store& store,
                                    const Settings& settings,
                                    const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  auto problems = catch_up(catalogue, store, settings, {}, progress);
  auto update = catalogue.begin();
  update.set_note(kStoreNote, store_name(settings));
  update.commit();
  return problems;
}

archive::Store open_store_to_read(const Settings& settings) {
  try {
    return archive::Store::open(settings.store);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(ErrorCode::not_found, error.what(), "run csb backup: nothing has been archived yet");
  }
}

bool is_of_this_store(const Catalogue& catalogue, const Settings& settings) {
  const std::string store = catalogue.note(kStoreNote);
  return store.empty() || store == store_name(settings);
}

Catalogue open_catalogue_for_reading(const Settings& settings, const Said& said) {
  Fault fault = Fault::none;
  std::string why;
  if (auto catalogue = open_sound(settings, fault, why)) return std::move(*catalogue);
  return rebuild(open_store_to_read(settings), settings, fault, why, said);
}

Catalogue open_catalogue_up_to_date(const Settings& settings, const archive::Store& store, const Said& said) {
  Fault fault = Fault::none;
  std::string why;
  auto catalogue = open_sound(settings, fault, why);
  if (!catalogue) return rebuild(store, settings, fault, why, said);
  if (is_up_to_date(*catalogue, store)) return std::move(*catalogue);
  try {
    const auto lock = FileLock::acquire(settings.catalogue_lock_file(), kPatience);
    if (!lock) return std::move(*catalogue);  // a backup is under way: what it adds is newer than the request
    Catalogue writable = open_catalogue_for_writing(settings, said);
    catch_up(writable, store, settings);
    return writable;
  } catch (const std::exception& error) {
    return rebuild(store, settings, Fault::unreadable, error.what(), said);
  }
}

Catalogue draft_catalogue(const Settings& settings, const std::string& file) {
  Catalogue catalogue = Catalogue::open(file, Catalogue::Access::draft);
  auto update = catalogue.begin();
  update.set_note(kStoreNote, store_name(settings));
  update.commit();
  return catalogue;
}

Catalogue open_catalogue_for_writing(const Settings& settings, const Said& said) {
  const std::string file = settings.catalogue_file();
  fs::make_directories(settings.home);
  if (settings.catalogue_trust == CatalogueTrust::damaged && fs::exists(file)) set_catalogue_aside(file);
  const auto open = [&]() {
    try {
      Catalogue catalogue = Catalogue::open(file, Catalogue::Access::write);
      (void)catalogue.note(kStoreNote);  // a damaged page may show at the first query only
      return catalogue;
    } catch (const std::exception& error) {
      if (!Catalogue::is_damage(error)) throw;
      if (said) said(std::string("the catalogue is damaged and is built anew: ") + error.what());
    }
    set_catalogue_aside(file);
    return Catalogue::open(file, Catalogue::Access::write);
  };
  Catalogue catalogue = open();
  const std::string store = store_name(settings);
  if (const std::string before = catalogue.note(kStoreNote); before != store) {
    auto update = catalogue.begin();
    for (const catalogue::Root& root : before.empty() ? std::vector<catalogue::Root>() : catalogue.roots()) {
      update.clear_root(root.id);
      // The other store may hold another directory on a branch of this name: it says itself which.
      (void)update.ensure_root(root.branch, root.source, {});
    }
    update.set_note(kStoreNote, store);
    update.commit();
  }
  return catalogue;
}

}  // namespace csb::app
