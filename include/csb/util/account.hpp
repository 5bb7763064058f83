#pragma once
#include <string>

namespace csb {

/// The home directory that the password database knows for the user of this process. Any thread may ask.
/// @return empty when it knows none
[[nodiscard]] std::string account_home();

}  // namespace csb
