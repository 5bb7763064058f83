#include "csb/util/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>

namespace csb {

std::size_t worker_count() { return std::clamp(std::thread::hardware_concurrency(), 1U, 8U); }

void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  const auto run = [&] {
    for (std::size_t i = next.fetch_add(1); i < count; i = next.fetch_add(1)) {
      try {
        work(i);
      } catch (...) {
        const std::lock_guard hold(mutex);
        if (!failure) failure = std::current_exception();
        next.store(count);
      }
    }
  };
  const std::size_t wanted = std::max<std::size_t>(std::min(threads, count), 1);
  const std::function<void(std::size_t)> help = [&](std::size_t) { run(); };
  std::vector<std::jthread> helpers = start_threads(wanted - 1, help);
  run();
  helpers.clear();  // joins
  if (failure) std::rethrow_exception(failure);
}

std::vector<std::jthread> start_threads(std::size_t count, const std::function<void(std::size_t)>& work) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  try {
    for (std::size_t i = 1; i <= count; ++i) threads.emplace_back([&work, i] { work(i); });
  } catch (const std::system_error&) {
    return threads;  // no more to be had
  }
  return threads;
}

}  // namespace csb
