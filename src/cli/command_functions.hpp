#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "csb/app/list.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/cli/command.hpp"
#include "csb/cli/render.hpp"

/// The commands, each described beside the function that runs it (which parses its options, runs the use
/// case, prints the result and returns the exit status), and what they share.
namespace csb::cli {

[[nodiscard]] Command backup_command();
[[nodiscard]] Command hook_command();
[[nodiscard]] Command maintain_command();
[[nodiscard]] Command list_command();
[[nodiscard]] Command search_command();
[[nodiscard]] Command show_command();
[[nodiscard]] Command log_command();
[[nodiscard]] Command diff_command();
[[nodiscard]] Command cat_command();
[[nodiscard]] Command distill_command();
[[nodiscard]] Command export_command();
[[nodiscard]] Command set_command();
[[nodiscard]] Command set_show_command();
[[nodiscard]] Command set_list_command();
[[nodiscard]] Command set_new_command();
[[nodiscard]] Command set_add_command();
[[nodiscard]] Command set_rm_command();
[[nodiscard]] Command set_forget_command();
[[nodiscard]] Command set_import_command();
[[nodiscard]] Command view_command();
[[nodiscard]] Command resume_command_entry();
[[nodiscard]] Command restore_command();
[[nodiscard]] Command forecast_command();
[[nodiscard]] Command lost_command();
[[nodiscard]] Command scan_command();
[[nodiscard]] Command stats_command();
[[nodiscard]] Command tree_command();
[[nodiscard]] Command usage_command();
[[nodiscard]] Command status_command();
[[nodiscard]] Command check_command();
[[nodiscard]] Command verify_command();
[[nodiscard]] Command rebuild_index_command();
[[nodiscard]] Command policy_command();
[[nodiscard]] Command setup_command();
[[nodiscard]] Command schedule_command();
[[nodiscard]] Command chats_sync_command();
[[nodiscard]] Command chats_import_command();
[[nodiscard]] Command chats_list_command();
[[nodiscard]] Command chats_show_command();
[[nodiscard]] Command chats_status_command();
[[nodiscard]] Command chats_restore_command();
[[nodiscard]] Command doctor_command();
[[nodiscard]] Command config_command();
[[nodiscard]] Command completions_command();
[[nodiscard]] Command complete_command();
[[nodiscard]] Command documents_command();
[[nodiscard]] Command mcp_command();
[[nodiscard]] Command help_command();

/// What a word that stands for a session may be.
inline constexpr const char* kSessionHelp =
    "a session: its id, the beginning or end of one (4 or more characters), its title, or a word of its "
    "title, first prompt or folder";

/// Standard output, as it is now.
[[nodiscard]] Screen screen_of(const Call& call);

/// The catalogue, for reading; what had to be said about it is said.
[[nodiscard]] catalogue::Catalogue open_catalogue(const Call& call, const app::Settings& settings);

/// The same; nothing when neither catalogue nor store exist, for a command that has something to say then,
/// too.
[[nodiscard]] std::optional<catalogue::Catalogue> catalogue_if_any(const Call& call,
                                                                   const app::Settings& settings);

/// What a list leaves out, on standard error after it.
void print_list_footer(Call& call, const app::ListResult& result);

/// What a person typed as the value of `option`. @throws Error{usage} with examples
[[nodiscard]] std::int64_t time_argument(std::string_view option, const std::string& text);

}  // namespace csb::cli
