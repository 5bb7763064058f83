#include <utility>

#include "command_functions.hpp"
#include "csb/app/cat.hpp"
#include "csb/app/diff.hpp"
#include "csb/app/log.hpp"
#include "csb/app/show.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/json.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr const char* kSessionHelp =
    "a session: its id, the beginning or end of one (4 or more characters), its title, or a word of its "
    "title, first "
    "prompt or folder";

/// Base64 of a stream: whole groups of three bytes as they come, the rest at the end.
class Base64Stream {
 public:
  explicit Base64Stream(Output& out) : out_(out) {}
  void feed(std::string_view bytes) {
    pending_ += bytes;
    const std::size_t whole = pending_.size() / 3 * 3;
    out_.write(base64_encode(std::string_view(pending_).substr(0, whole)));
    pending_.erase(0, whole);
  }
  void finish() { out_.write(base64_encode(pending_)); }

 private:
  Output& out_;
  std::string pending_;
};

void diff_as_text(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const app::DiffRequest& request) {
  const Screen screen = screen_of(call);
  const app::DiffSummary summary = app::diff(
      settings, catalogue, request, [&](const app::DiffRow& row) { call.out.write(render(row, screen)); });
  call.out.write(render(summary, screen));
}

void diff_as_json(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const app::DiffRequest& request) {
  const std::string id = app::resolve_session(catalogue, request.session).id.text();
  call.out.write(diff_json_begin(id, request.from, request.to));
  bool first = true;
  const app::DiffSummary summary = app::diff(settings, catalogue, request, [&](const app::DiffRow& row) {
    call.out.write(diff_json_row(row, std::exchange(first, false)));
  });
  call.out.write(diff_json_end(summary));
}

}  // namespace

int run_show(Call& call) {
  std::string session;
  Options options(call);
  options.word("ID", session, kSessionHelp);
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const app::ShowResult result = app::show(settings, open_catalogue(call, settings), session);
  const Screen screen = screen_of(call);
  call.out.write(call.global.json ? to_json(result, screen.now) : render(result, screen));
  return kDone;
}

int run_log(Call& call) {
  std::string session;
  Options options(call);
  options.word("ID", session, kSessionHelp);
  if (!options.parse()) return kDone;

  const app::LogResult result = app::log(open_catalogue(call, call.settings()), session);
  call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
  return kDone;
}

int run_diff(Call& call) {
  app::DiffRequest request;
  Options options(call);
  options.word("ID", request.session, kSessionHelp);
  options.number_word("V1", request.from, "the older version, by its number in 'csb log'");
  options.number_word("V2", request.to, "the newer version");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  (call.global.json ? diff_as_json : diff_as_text)(call, settings, catalogue, request);
  return kDone;
}

int run_cat(Call& call) {
  app::CatRequest request;
  Options options(call);
  options.word("ID[:PATH]", request.target,
               "a session, as for show; with PATH, that file of it: its path, or the end of one");
  options.number("--version", "N", request.version, "which version (default: what restore takes)");
  if (!options.parse()) return kDone;

  const app::Settings settings = call.settings();
  const app::CatTarget target = app::find_version(open_catalogue(call, settings), request);
  if (!call.global.json) {
    app::read_version(settings, target.version,
                      [&](std::span<const std::byte> bytes) { call.out.write(as_text(bytes)); });
    return kDone;
  }
  call.out.write(cat_json_begin(target));
  Base64Stream content(call.out);
  app::read_version(settings, target.version,
                    [&](std::span<const std::byte> bytes) { content.feed(as_text(bytes)); });
  content.finish();
  call.out.write(cat_json_end());
  return kDone;
}

}  // namespace csb::cli
