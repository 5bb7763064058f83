#pragma once

#include <chrono>
#include <functional>
#include <string>

/// Processes that are forks of this one. Only for use while there is one thread.
namespace csb {

/// Does `work` in a child, in a session of its own, and waits for it until the deadline. What the child does
/// (a crash, a hang) is then no concern of this process; past the deadline it goes on by itself. A child gets
/// no signals meant for this process's group.
/// @param work must not return later than it must; what it throws ends the child and nothing else
/// @return what `work` returned (the first 64 KiB), empty when it did not end in time or well
/// @throws Error when there can be no child
[[nodiscard]] std::string run_in_child(std::chrono::milliseconds deadline,
                                       const std::function<std::string()>& work);

/// Does `work` in a child, and does not wait for it: for a process that ends now. When this returns, the
/// child is out of this process's group, so that whoever signals or waits for that does not mean the child;
/// it keeps this process's descriptors, and what this process makes of signals.
/// @param work as above
/// @throws Error when there can be no child
void leave_to_child(const std::function<void()>& work);

/// Does `work` in a process that nobody waits for: a session and parent of its own, "/" as its directory, no
/// descriptor but /dev/null three times, a lower priority than whoever is waited for; SIGTERM ends it,
/// whatever this process does with it. Returns as soon as that process exists.
/// @param work as above; it must not use descriptors opened before
/// @throws Error when there can be no such process
void start_detached(const std::function<void()>& work);

}  // namespace csb
