#pragma once

#include <string>
#include <string_view>

#include "csb/catalogue/catalogue.hpp"
#include "csb/cli/command.hpp"
#include "csb/cli/render.hpp"

/// The commands, and what they share. Each function parses its options, runs its use case, prints the result
/// and returns the exit status.
namespace csb::cli {

int run_backup(Call& call);
int run_maintain(Call& call);
int run_list(Call& call);
int run_show(Call& call);
int run_log(Call& call);
int run_diff(Call& call);
int run_cat(Call& call);
int run_restore(Call& call);
int run_status(Call& call);
int run_verify(Call& call);
int run_policy(Call& call);
int run_help(Call& call);

/// Standard output, as it is now.
[[nodiscard]] Screen screen_of(const Call& call);

/// The catalogue, for reading; what had to be said about it is said.
[[nodiscard]] catalogue::Catalogue open_catalogue(const Call& call, const app::Settings& settings);

/// What a person typed as the value of `option`. @throws Error{usage} with examples
[[nodiscard]] std::int64_t time_argument(std::string_view option, const std::string& text);

}  // namespace csb::cli
