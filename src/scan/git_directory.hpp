#pragma once

#include <string>

#include "csb/scan/walk.hpp"

namespace csb::scan {

/// What git would say of the repository whose work tree is open as `work_tree`: the remote's URL and the
/// commit HEAD points at. Reads `.git` (a directory, or a file that names one) without running git, a
/// bounded number of bytes; what cannot be read or understood (reftable, garbage) is left empty.
[[nodiscard]] ForeignRepository read_repository(int work_tree, std::string path);

}  // namespace csb::scan
