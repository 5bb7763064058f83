// csb never lets libgit2 use a network. Where libgit2 is built on mbed TLS, as Debian's is, it parses all of
// the system's certificates when it is initialised, whatever it is wanted for: longer than loading it takes,
// and a tenth of a small backup. A function that a program exports is found before a library's of that name
// (the order of ELF's global scope), so this one stands before mbed TLS's.
#include "certificates.hpp"

#include <cstddef>

#ifdef __ELF__
#include <dlfcn.h>
#include <link.h>
#endif

namespace csb::git2 {
namespace {

thread_local bool reads_none = false;

}  // namespace

NoCertificates::NoCertificates() noexcept { reads_none = true; }
NoCertificates::~NoCertificates() { reads_none = false; }

#ifdef __ELF__
namespace {

constexpr const char* kName = "mbedtls_x509_crt_parse_file";
constexpr int kCannotRead = -0x2900;  // MBEDTLS_ERR_X509_FILE_IO_ERROR

using ParseFile = int (*)(void* chain, const char* path);

/// Called for each library loaded. @param found what to fill @return not 0: look no further
int find_in_library(dl_phdr_info* library, std::size_t /*size*/, void* found) {
  void* handle = ::dlopen(library->dlpi_name, RTLD_LAZY | RTLD_NOLOAD);
  if (handle == nullptr) return 0;
  void* address = library->dlpi_name[0] != '\0' ? ::dlsym(handle, kName) : nullptr;
  ::dlclose(handle);
  if (address == nullptr) return 0;
  *static_cast<ParseFile*>(found) = reinterpret_cast<ParseFile>(address);
  return 1;
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
  ParseFile own = nullptr;
  ::dl_iterate_phdr(find_in_library, &own);
  return own != nullptr ? own(chain, path) : kCannotRead;
}
#endif
