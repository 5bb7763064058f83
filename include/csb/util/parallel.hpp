#pragma once

#include <cstddef>
#include <functional>

namespace csb {

/// How many threads work is shared over: the cores, at least 1, at most 8.
[[nodiscard]] std::size_t worker_count();

/// Calls `work(index)` for every index below `count`, from up to `threads` threads, in rising order of
/// start. The first exception stops the handing out of further indices and is rethrown here.
void parallel_for(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

}  // namespace csb
