#include "curl.hpp"

#include "csb/util/error.hpp"
#include "csb/util/shared_library.hpp"

namespace csb::claude_ai {
namespace {

#ifdef __APPLE__
constexpr const char* kFile = "libcurl.4.dylib";
#else
constexpr const char* kFile = "libcurl.so.4";
#endif

Curl load() {
  const SharedLibrary library(kFile, "libcurl", "install it (Debian: libcurl4)");
  Curl api{};
// Each name is wanted as text as well. NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define CSB_CURL(name) library.find(api.name, "curl_" #name)
  CSB_CURL(global_init);
  CSB_CURL(easy_init);
  CSB_CURL(easy_cleanup);
  CSB_CURL(easy_setopt);
  CSB_CURL(easy_getinfo);
  CSB_CURL(easy_strerror);
  CSB_CURL(multi_init);
  CSB_CURL(multi_cleanup);
  CSB_CURL(multi_add_handle);
  CSB_CURL(multi_remove_handle);
  CSB_CURL(multi_perform);
  CSB_CURL(multi_poll);
  CSB_CURL(multi_info_read);
  CSB_CURL(multi_strerror);
#undef CSB_CURL
  if (api.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    throw Error(ErrorCode::failed, "libcurl cannot be initialised");
  return api;
}

}  // namespace

const Curl& curl() {
  static const Curl api = load();
  return api;
}

}  // namespace csb::claude_ai
