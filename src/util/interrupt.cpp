#include "csb/util/interrupt.hpp"

#include <csignal>

namespace csb {
namespace {

// A signal handler has no other way. NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
volatile std::sig_atomic_t received = 0;

extern "C" void remember(int signal) { received = signal; }

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  // No SA_RESTART: what waits is woken. Reset: the second one does what it always does.
  action.sa_flags = handler == SIG_DFL ? 0 : static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(signal, &action, nullptr);
}

}  // namespace

InterruptGuard::InterruptGuard() {
  received = 0;
  handle(SIGINT, &remember);
  handle(SIGTERM, &remember);
}

InterruptGuard::~InterruptGuard() {
  handle(SIGINT, SIG_DFL);
  handle(SIGTERM, SIG_DFL);
}

int InterruptGuard::signal() noexcept { return received; }

}  // namespace csb
