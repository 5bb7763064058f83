#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>

#include "csb/app/settings.hpp"
#include "csb/archive/transaction.hpp"

namespace csb::app {

/// The store of a backup, opened only when it is needed and, where the caller has other things to do
/// meanwhile, on another thread: libgit2 takes milliseconds to start.
class StoreAccess {
 public:
  StoreAccess(const Settings& settings, std::chrono::milliseconds patience)
      : settings_(settings), patience_(patience) {}

  /// Opens it, or creates csb's own. @throws Error{refused}, Error{not_found} with the remedy
  [[nodiscard]] archive::Store& store();

  /// Finishes or drops what a killed run left in it. @pre begin() was not called
  void heal();

  /// Starts opening the store and a transaction, once. store() may not be called after it.
  void begin();
  /// Waits for what begin() started, and starts it if need be. Safe from several threads.
  /// @throws Error as the opening did
  [[nodiscard]] archive::Transaction& transaction();

  /// Both wait for what begin() started.
  [[nodiscard]] bool was_opened() const;
  [[nodiscard]] bool was_created() const;

 private:
  void open();

  const Settings& settings_;
  std::chrono::milliseconds patience_;
  bool created_ = false;
  // Destroyed in reverse: the opening ends, the transaction lets go, the store closes.
  std::optional<archive::Store> store_;
  std::unique_ptr<archive::Transaction> transaction_;
  std::once_flag begun_;
  std::shared_future<void> ready_;
};

}  // namespace csb::app
