#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <future>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace csb {

/// How many threads work is shared over: the cores, at least 1, at most 8.
[[nodiscard]] std::size_t worker_count();

/// Calls `work(index)` for every index below `count`, from up to `threads` threads, in rising order of
/// start. The first exception stops the handing out of further indices and is rethrown here.
void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

/// Threads that call `work(1)` to `work(count)`; fewer where the system has no more to give, so that whoever
/// asks for them must be able to do it all alone.
/// @param work outlives them
[[nodiscard]] std::vector<std::jthread> start_threads(std::size_t count,
                                                      const std::function<void(std::size_t)>& work);

/// Calls `work` in a thread of its own; where there can be none, here, before this returns.
/// @return what it returns, or throws
template <typename Work>
[[nodiscard]] std::future<std::invoke_result_t<Work>> run_beside(Work work) {
  auto result = std::async(std::launch::async | std::launch::deferred, std::move(work));
  if (result.wait_for(std::chrono::seconds(0)) == std::future_status::deferred) result.wait();
  return result;
}

}  // namespace csb
