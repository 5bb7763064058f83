#include "archive/certificates.hpp"

#include <dlfcn.h>

#include "archive/git2.hpp"
#include "support/catch.hpp"

#ifdef __ELF__
// As whoever needs certificates calls it: csb's own, which stands before mbed TLS's.
extern "C" int mbedtls_x509_crt_parse_file(void* chain, const char* path);

namespace csb::git2 {
namespace {

constexpr int kNoMbedTls = -0x2900;   // csb's answer where no library has brought mbed TLS along
constexpr int kNoSuchFile = -0x3E00;  // MBEDTLS_ERR_PK_FILE_IO_ERROR: mbed TLS's own

TEST_CASE("certificates are read by mbed TLS for all but libgit2's start") {
  load();
  const bool has_mbed_tls = ::dlopen("libmbedx509.so.1", RTLD_LAZY | RTLD_NOLOAD) != nullptr;
  CHECK(mbedtls_x509_crt_parse_file(nullptr, "/nonexistent/ca.crt") ==
        (has_mbed_tls ? kNoSuchFile : kNoMbedTls));
  const NoCertificates none;
  CHECK(mbedtls_x509_crt_parse_file(nullptr, "/nonexistent/ca.crt") == 0);
}

}  // namespace
}  // namespace csb::git2
#endif
