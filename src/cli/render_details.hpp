#pragma once

#include <string>

#include "csb/app/show_details.hpp"
#include "csb/cli/render.hpp"

namespace csb::cli {

/// "  tools       Bash 12, Read 8": facts of a session, broken into lines where there are columns.
void append_fact(std::string& out, const Screen& screen, std::string_view name, const std::string& value);

/// Facts of what a session amounts to: sittings, tokens, tools, relatives, subagents.
/// @param whole lists are given to their end
void append_summary_facts(std::string& out, const app::SessionSummary& summary, const Screen& screen,
                          bool whole);
/// The tables: folders it worked in, files it touched.
void append_summary_tables(std::string& out, const app::SessionSummary& summary, const Screen& screen,
                           bool whole);

}  // namespace csb::cli
