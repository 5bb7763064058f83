#pragma once

#include <string>
#include <string_view>

namespace csb::claude_ai {

/// A name that a person gave something, as a file name: at most 100 bytes, no separators, no control
/// characters or marks that change a text's direction, no dot or dash in front, no dot or space at the end.
/// Names that differ may become the same one: whoever uses it adds what tells them apart.
[[nodiscard]] std::string file_name(std::string_view name);

/// As above, for one component of a path that comes from a server; never empty.
[[nodiscard]] std::string path_component(std::string_view name);

}  // namespace csb::claude_ai
