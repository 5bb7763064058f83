#include <optional>

#include "command_functions.hpp"
#include "csb/app/policy.hpp"
#include "csb/app/status.hpp"
#include "csb/app/verify.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/progress.hpp"
#include "csb/util/error.hpp"

namespace csb::cli {
namespace {

int run_status(Call& call) {
  Options options(call);
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const auto catalogue = catalogue_if_any(call, settings);
  const app::StatusResult result = app::status(settings, catalogue ? &*catalogue : nullptr);
  const Screen screen = screen_of(call);
  if (call.global.json) {
    call.out.write(to_json(result, screen.now));
  } else {
    if (!call.global.quiet) call.out.write(render(result, screen));
    call.out.flush();
    call.messages.problems(result.problems);
  }
  return result.wrong() ? kIncomplete : kDone;
}

int run_verify(Call& call) {
  app::VerifyOptions verify;
  std::optional<std::uint64_t> sample;
  Options options(call);
  options.flag("--quick", verify.quick, "only checksums and structure of the newest packs");
  options.flag("--repair", verify.repair, "set damage aside; take what is missing from the files on disk");
  options.number("--sample", "N", sample, "how many sessions to restore to a scratch folder (default 3)");
  if (!options.parse()) return kDone;

  verify.sample = sample.value_or(verify.sample);
  Progress progress("Verifying", Progress::Unit::objects, !call.global.quiet);
  verify.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const app::VerifyResult result = app::verify(call.settings(), verify);
  progress.clear();

  if (call.global.json) {
    call.out.write(to_json(result));
  } else {
    if (!call.global.quiet || !result.sound()) call.out.write(render(result, screen_of(call)));
    call.out.flush();
    call.messages.problems(result.problems);
    if (!result.sound() && !verify.repair)
      call.messages.error("something is wrong",
                          "'csb verify --repair' takes what it can from the files on disk");
  }
  return result.sound() ? kDone : kIncomplete;
}

int run_policy(Call& call) {
  std::vector<std::string> paths;
  Options options(call);
  options.words("PATH", paths, 1,
                "files or directories; they need not exist (a trailing slash makes a directory)");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  std::vector<app::PolicyResult> results;
  for (const std::string& path : paths) results.push_back(app::policy(settings, path));
  call.out.write(call.global.json ? to_json(results) : render(results, screen_of(call)));
  return kDone;
}

}  // namespace

Command status_command() {
  return {"status",
          "what is safe, and what waits",
          Command::Group::check,
          run_status,
          "",
          "Shows where everything is, when the last backup ran, and what is not as stored. Looks at "
          "every file's "
          "size and time, and opens none.",
          {{"csb status", "look"}, {"csb status --quiet || csb backup", "in a script"}},
          {kIncomplete}};
}

Command verify_command() {
  return {"verify",
          "prove that the store is sound",
          Command::Group::check,
          run_verify,
          "[OPTION]...",
          "Reads every object and checks it against its hash, walks every branch, compares the "
          "files on disk with "
          "their newest version, and restores a random sample to a scratch folder.",
          {{"csb verify", "everything"},
           {"csb verify --quick", "the newest packs only"},
           {"csb verify --repair", "set damage aside, and take what is missing from disk"}},
          {kIncomplete, kNotFound, kBusy, kRefused}};
}

Command policy_command() {
  return {"policy",
          "what happens to a path, and why",
          Command::Group::check,
          run_policy,
          "PATH...",
          "Explains whether a path is stored: its class (noise, user, secret, foreign, skip, "
          "unknown) and the rule "
          "that decides.",
          {{"csb policy settings.json", "relative to the Claude directory"},
           {"csb policy ~/.claude/.credentials.json", "an absolute path"}},
          {}};
}

}  // namespace csb::cli
