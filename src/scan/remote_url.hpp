#pragma once

#include <string>
#include <string_view>

namespace csb::scan {

/// The URL of the remote "origin", else of the first remote, in the text of a git config file (syntax:
/// git-config(1)); includes are not followed. Empty when there is none. May hold credentials.
[[nodiscard]] std::string remote_url(std::string_view config);

/// `url` without what could let somebody in: user name and password of a URL (the user name alone stays
/// for ssh, which needs it), query and fragment.
[[nodiscard]] std::string without_credentials(std::string_view url);

}  // namespace csb::scan
