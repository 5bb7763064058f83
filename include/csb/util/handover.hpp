#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <utility>

namespace csb {

/// Hands items from one thread to another, in order. What is handed over and not done with is bounded: the
/// giver waits.
template <typename Item>
class Handover {
 public:
  /// @param limit of the sizes of all items on the way; one item alone may be larger
  explicit Handover(std::size_t limit) : limit_(limit) {}
  Handover(const Handover&) = delete;
  Handover& operator=(const Handover&) = delete;

  // For the giver.

  /// Waits until there is room; with an item over the limit, until it is done with, so that the giver does
  /// not make the next of that kind meanwhile. @return false when nobody takes any more: the giver can stop
  bool give(Item item, std::size_t size) {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [&] { return is_left_ || on_the_way_ == 0 || on_the_way_ + size <= limit_; });
    if (is_left_) return false;
    on_the_way_ += size;
    waiting_.emplace_back(std::move(item), size);
    changed_.notify_all();
    if (size > limit_) changed_.wait(hold, [&] { return is_left_ || on_the_way_ == 0; });
    return true;
  }
  /// Nothing more comes. @param error what ended it, thrown at the taker after the last item
  void end(std::exception_ptr error = nullptr) {
    const std::lock_guard hold(mutex_);
    is_ended_ = true;
    error_ = std::move(error);
    changed_.notify_all();
  }

  // For the taker.

  /// The next item; the one before it is done with. Waits. @return nothing after the last one
  [[nodiscard]] std::optional<Item> take() {
    std::unique_lock hold(mutex_);
    on_the_way_ -= std::exchange(taken_, 0);
    changed_.notify_all();
    changed_.wait(hold, [&] { return is_ended_ || !waiting_.empty(); });
    if (waiting_.empty()) {
      if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
      return std::nullopt;
    }
    std::optional<Item> item(std::move(waiting_.front().first));
    taken_ = waiting_.front().second;
    waiting_.pop_front();
    return item;
  }
  /// Takes no more: a giver that waits goes on, in vain.
  void leave() noexcept {
    const std::lock_guard hold(mutex_);
    is_left_ = true;
    waiting_.clear();
    changed_.notify_all();
  }

  /// Leaves at its end.
  class Taker {
   public:
    explicit Taker(Handover& way) : way_(way) {}
    ~Taker() { way_.leave(); }
    Taker(const Taker&) = delete;
    Taker& operator=(const Taker&) = delete;

   private:
    Handover& way_;
  };

 private:
  const std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::pair<Item, std::size_t>> waiting_;
  std::size_t on_the_way_ = 0, taken_ = 0;
  bool is_ended_ = false, is_left_ = false;
  std::exception_ptr error_;
};

}  // namespace csb
