// simdjson is all in its header, but for the code that is made for each kind of processor, which one function
// leads to. It is defined here, to load that code when the first row is parsed: most runs of csb parse none.
#include <simdjson.h>

#include "csb/util/shared_library.hpp"

#ifdef CSB_LIBSIMDJSON
namespace simdjson {

/// @throws csb::Error where the library is missing
internal::atomic_ptr<const implementation>& get_active_implementation() {
  using Function = internal::atomic_ptr<const implementation>&();
  // simdjson's own. NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
  static auto& active = []() -> auto& {
    const csb::SharedLibrary library(CSB_LIBSIMDJSON, "libsimdjson",
                                     "install the package that holds " CSB_LIBSIMDJSON
                                     " (Debian: libsimdjson14)");
    Function* found = nullptr;
    library.find(found, "_ZN8simdjson25get_active_implementationEv");
    return found();
  }
  ();
  return active;
}

}  // namespace simdjson
#endif
