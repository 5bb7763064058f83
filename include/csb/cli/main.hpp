#pragma once

namespace csb::cli {

/// The whole program. @return the exit status (README, "Exit status")
[[nodiscard]] int run(int argc, char** argv);

}  // namespace csb::cli
