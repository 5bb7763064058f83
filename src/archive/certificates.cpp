// csb never lets libgit2 use a network. Where libgit2 is built on mbed TLS, as Debian's is, it parses all of
// the system's certificates when it is initialised, whatever it is wanted for: longer than loading it takes,
// and a tenth of a small backup. A function that a program exports is found before a library's of that name
// (the order of ELF's global scope), so this one stands before mbed TLS's.
#include "certificates.hpp"

#include <cstddef>
#include <string>
#include <vector>

#ifdef __ELF__
#include <dlfcn.h>
#include <link.h>
#endif

namespace csb::git2 {
namespace {

// libgit2 passes nothing on. NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables)
thread_local bool reads_none = false;

}  // namespace

NoCertificates::NoCertificates() noexcept { reads_none = true; }
NoCertificates::~NoCertificates() { reads_none = false; }

#ifdef __ELF__
namespace {

constexpr const char* kName = "mbedtls_x509_crt_parse_file";
constexpr int kCannotRead = -0x2900;  // MBEDTLS_ERR_X509_FILE_IO_ERROR

using ParseFile = int (*)(void* chain, const char* path);

/// Called for each library loaded, while none can be opened. @param names std::vector<std::string> to add to
int add_name(dl_phdr_info* library, std::size_t /*size*/, void* names) {
  if (library->dlpi_name[0] != '\0')  // the program itself has none
    static_cast<std::vector<std::string>*>(names)->emplace_back(library->dlpi_name);
  return 0;
}

/// mbed TLS's own, of whatever library brought it along; nullptr when none did.
ParseFile own_function() {
  std::vector<std::string> names;
  ::dl_iterate_phdr(add_name, &names);
  for (const std::string& name : names) {
    void* handle = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    void* address = ::dlsym(handle, kName);
    ::dlclose(handle);
    if (address != nullptr) return reinterpret_cast<ParseFile>(address);
  }
  return nullptr;
}

}  // namespace
#endif

}  // namespace csb::git2

#ifdef __ELF__
// Others than libgit2 get mbed TLS's own.
extern "C" __attribute__((visibility("default"))) int mbedtls_x509_crt_parse_file(void* chain,
                                                                                  const char* path) {
  using namespace csb::git2;
  if (reads_none) return 0;
  const ParseFile own = own_function();
  return own != nullptr ? own(chain, path) : kCannotRead;
}
#endif
