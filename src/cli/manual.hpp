#pragma once

#include <string>
#include <vector>

#include "csb/cli/command.hpp"
#include "csb/cli/options.hpp"

/// Manual pages, made from the table of commands and their declared options: the same as --help shows.
namespace csb::cli {

/// "csb-restore.1" and its like, in the man macros of roff.
[[nodiscard]] std::string manual_page(const Command& command, const std::vector<OptionHelp>& options);
/// "csb.1".
[[nodiscard]] std::string manual_overview();

/// "csb-set-new": a command's name as that of its page.
[[nodiscard]] std::string page_name(const Command& command);

}  // namespace csb::cli
