#include "backup_store.hpp"

#include <algorithm>

#include "csb/util/error.hpp"
#include "csb/util/parallel.hpp"

namespace csb::app {
namespace {

/// The lock of the store itself is held by runs with another home, and by maintenance: worth waiting for.
constexpr std::chrono::milliseconds kStorePatience{10'000};

}  // namespace

void StoreAccess::open() {
  try {
    store_ = archive::Store::open(settings_.store);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    if (!settings_.store_is_default)
      throw Error(ErrorCode::not_found, "there is no git repository at '" + settings_.store + "'",
                  "make one with `git init --bare '" + settings_.store +
                      "'`, or leave the store out: csb then makes its own");
    store_ = archive::Store::create(settings_.store, settings_.branch());
    created_ = true;
  }
}

archive::Store& StoreAccess::store() {
  if (!store_) open();
  return *store_;
}

void StoreAccess::heal() { const archive::Transaction healing(store(), std::max(patience_, kStorePatience)); }

void StoreAccess::begin() {
  std::call_once(begun_, [this] {
    ready_ = run_beside([this] {
               transaction_ =
                   std::make_unique<archive::Transaction>(store(), std::max(patience_, kStorePatience));
             }).share();
  });
}

archive::Transaction& StoreAccess::transaction() {
  begin();
  ready_.get();
  return *transaction_;
}

bool StoreAccess::was_opened() const {
  if (ready_.valid()) ready_.wait();
  return store_.has_value();
}

bool StoreAccess::was_created() const { return was_opened() && created_; }

}  // namespace csb::app
