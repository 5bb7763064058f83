#pragma once

#include <sys/types.h>

#include "csb/util/fd.hpp"

/// What every way to start a process needs.
namespace csb {

struct Pipe {
  Fd read, write;
};

/// Both ends close in whatever is started. @throws Error
[[nodiscard]] Pipe make_pipe();

/// fork(2). @throws Error
[[nodiscard]] pid_t fork_or_throw();

/// Waits until a child has ended. @return as a shell would say it: its exit status, or 128 and its signal
int wait_for(pid_t child);

/// The same of what waitpid(2) said.
[[nodiscard]] int exit_status_of(int wait_status);

}  // namespace csb
