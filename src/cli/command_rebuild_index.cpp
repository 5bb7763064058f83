#include "command_functions.hpp"
#include "csb/app/rebuild_index.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/progress.hpp"

namespace csb::cli {
namespace {

int run_rebuild_index(Call& call) {
  app::RebuildOptions rebuild;
  Options options(call);
  if (!options.parse()) return kDone;

  Progress progress("Reading the store", Progress::Unit::objects, !call.global.quiet);
  rebuild.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const app::RebuildResult result = app::rebuild_index(call.settings(), rebuild);
  progress.clear();
  if (call.global.json) {
    call.out.write(to_json(result));
  } else {
    if (!call.global.quiet) call.out.write(render(result, screen_of(call)));
    call.out.flush();
    call.messages.problems(result.problems);
  }
  return result.problems.empty() ? kDone : kIncomplete;
}

}  // namespace

Command rebuild_index_command() {
  return {
      "rebuild-index",
      "read the catalogue anew from the store",
      Command::Group::check,
      run_rebuild_index,
      "",
      "Builds the catalogue anew, from the store alone: every branch, other machines' too, sessions that "
      "were "
      "deleted, and what only older versions hold. The old catalogue answers until the new one is complete, "
      "and stays when anything goes wrong. csb does this by itself when the catalogue is missing or damaged.",
      {{"csb rebuild-index", "after a doubt about what csb list shows"},
       {"csb rebuild-index --json", "in a script: what it found, and what it could not read"}},
      {kIncomplete, kNotFound, kBusy, kRefused}};
}

}  // namespace csb::cli
