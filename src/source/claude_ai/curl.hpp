#pragma once

#define CURL_DISABLE_TYPECHECK  // the functions are called through pointers
#include <curl/curl.h>

namespace csb::claude_ai {

/// libcurl, loaded on first use: linking it would cost every start of csb the loading of thirty shared
/// libraries.
struct Curl {
  decltype(&::curl_global_init) global_init;
  decltype(&::curl_easy_init) easy_init;
  decltype(&::curl_easy_cleanup) easy_cleanup;
  decltype(&::curl_easy_setopt) easy_setopt;
  decltype(&::curl_easy_getinfo) easy_getinfo;
  decltype(&::curl_easy_strerror) easy_strerror;
  decltype(&::curl_multi_init) multi_init;
  decltype(&::curl_multi_cleanup) multi_cleanup;
  decltype(&::curl_multi_add_handle) multi_add_handle;
  decltype(&::curl_multi_remove_handle) multi_remove_handle;
  decltype(&::curl_multi_perform) multi_perform;
  decltype(&::curl_multi_poll) multi_poll;
  decltype(&::curl_multi_info_read) multi_info_read;
  decltype(&::curl_multi_strerror) multi_strerror;
};

/// @throws Error{failed} when libcurl is not installed
[[nodiscard]] const Curl& curl();

}  // namespace csb::claude_ai
