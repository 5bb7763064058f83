#include "archive/certificates.hpp"

#ifdef __ELF__
#include <link.h>
#endif

#include <string_view>

#include "archive/git2.hpp"
#include "support/catch.hpp"

#ifdef __ELF__
// As whoever needs certificates calls it: csb's own, which stands before mbed TLS's.
extern "C" int mbedtls_x509_crt_parse_file(void* chain, const char* path);

namespace csb::git2 {
namespace {

constexpr int kNoMbedTls = -0x2900;   // csb's answer where no library has brought mbed TLS along
constexpr int kNoSuchFile = -0x3E00;  // MBEDTLS_ERR_PK_FILE_IO_ERROR: mbed TLS's own

/// Of whatever version, by the name of its file.
bool is_mbed_tls_loaded() {
  const auto look = [](dl_phdr_info* library, std::size_t, void*) {
    return std::string_view(library->dlpi_name).find("/libmbedx509.") != std::string_view::npos ? 1 : 0;
  };
  return ::dl_iterate_phdr(look, nullptr) == 1;
}

TEST_CASE("certificates are read by mbed TLS for all but libgit2's start") {
  load();
  CHECK(mbedtls_x509_crt_parse_file(nullptr, "/nonexistent/ca.crt") ==
        (is_mbed_tls_loaded() ? kNoSuchFile : kNoMbedTls));
  const NoCertificates none;
  CHECK(mbedtls_x509_crt_parse_file(nullptr, "/nonexistent/ca.crt") == 0);
}

}  // namespace
}  // namespace csb::git2
#endif
