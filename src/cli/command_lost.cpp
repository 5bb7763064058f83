#include "command_functions.hpp"
#include "csb/app/lost.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/render_queries.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

void print_footer(Call& call, const app::LostResult& result) {
  call.out.flush();
  if (result.sessions.empty()) call.messages.note("no session is known to be lost");
  if (result.waiting > 0)
    call.messages.note(counted(result.waiting, "session") + " on disk not archived yet: run 'csb backup'");
  if (result.bad_lines > 0)
    call.messages.note("history.jsonl: " + counted(result.bad_lines, "line") + " could not be read");
}

int export_to(Call& call, const app::LostExport& done) {
  if (call.global.json) {
    call.out.write(to_json(done));
  } else {
    if (!call.global.quiet) call.out.write(render(done, screen_of(call)));
    call.out.flush();
    call.messages.problems(done.problems);
  }
  return done.problems.empty() ? kDone : kIncomplete;
}

int run_lost(Call& call) {
  std::vector<std::string> names;
  std::string directory;
  Options options(call);
  options.words("ID", names, 0, "one of them, by its id or the beginning of it: all that is left of it");
  options.text("--export", "DIR", directory, "write its prompts and files to this new directory");
  if (!options.parse()) return kDone;
  if (names.size() > 1) throw Error(ErrorCode::usage, "one session at a time", "csb lost ID");
  if (names.empty() && !directory.empty())
    throw Error(ErrorCode::usage, "--export needs a session", "csb lost ID --export DIR");

  const app::Settings settings = call.settings();
  const auto catalogue = catalogue_if_any(call, settings);
  const catalogue::Catalogue* known = catalogue ? &*catalogue : nullptr;
  if (names.empty()) {
    const app::LostResult result = app::lost(settings, known);
    call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
    if (!call.global.json) print_footer(call, result);
    return kDone;
  }
  const app::LostDetails details = app::lost_session(settings, known, names.front());
  if (!directory.empty()) return export_to(call, app::export_lost(settings, details, directory));
  call.out.write(call.global.json ? to_json(details) : render(details, screen_of(call)));
  return kDone;
}

}  // namespace

Command lost_command() {
  return {
      "lost",
      "sessions that are gone for good, and what is left of them",
      Command::Group::find,
      run_lost,
      "[ID] [--export DIR]",
      "Lists sessions of which no transcript was ever archived, but which are known all the same: from the "
      "prompts in history.jsonl, from what a killed client left in its registry, from copies of edited "
      "files, task lists and tool outputs, and from sessions that were forked from them. With an id it "
      "shows what is left: the prompts, and the files. Copies of edited files are named after what they are "
      "copies of, where any archived session knows that file.",
      {{"csb lost", "which ones"},
       {"csb lost 3f2a9c1e", "what is left of one"},
       {"csb lost 3f2a9c1e --export ~/saved", "its prompts and files, as files"}},
      {kIncomplete, kNotFound}};
}

}  // namespace csb::cli
