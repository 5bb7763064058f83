#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace csb::claude_ai {

/// The session key out of a browser's cookies. The browser's files are read and never written.
/// @param browser "firefox", "chromium", "chrome", "brave", "edge" or "vivaldi"; ":PROFILE" after it names a
///        profile (its folder's name, or the folder's path)
/// @throws Error{unauthorized} when there is none, Error{usage} for an unknown browser
[[nodiscard]] std::string read_browser_key(const std::string& browser);

/// Decrypts a cookie of Chromium on Linux ("v10" or "v11").
/// @param host the cookie's host_key: newer versions put its hash before the value (`has_host_hash`)
/// @return empty when it cannot be decrypted with any of `passwords`
[[nodiscard]] std::string decrypt_chromium(std::string_view encrypted, std::string_view host,
                                           bool has_host_hash, const std::vector<std::string>& passwords);

}  // namespace csb::claude_ai
