#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "command_functions.hpp"
#include "csb/app/resume.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/program.hpp"
#include "json_value.hpp"
#include "reading_options.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kPagesKept = 16;  // in csb's home: a browser may still show them

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// The program of a variable such as "less -R", and its arguments; the first of `otherwise` that is there.
std::vector<std::string> program_of(const std::string& variable, const std::vector<std::string>& otherwise) {
  std::vector<std::string> words = words_of(variable);
  if (!words.empty()) words[0] = locate_program(words[0]);
  for (const std::string& name : otherwise)
    if (words.empty() || words[0].empty()) words = {locate_program(name)};
  return words.empty() || words[0].empty() ? std::vector<std::string>() : words;
}

/// $BROWSER may name several, of which the first is taken, and say by %s where the address goes.
std::vector<std::string> browser_for(const std::string& address) {
  const std::string variable = environment("BROWSER");
  std::vector<std::string> words = program_of(variable.substr(0, variable.find(':')), {"xdg-open", "open"});
  if (words.empty()) return words;
  bool placed = false;
  for (std::string& word : words)
    if (const auto at = word.find("%s"); at != std::string::npos) word.replace(at, 2, address), placed = true;
  if (!placed) words.push_back(address);
  return words;
}

/// "file:///…", with everything but plain characters in percent signs.
std::string address_of(const std::string& path) {
  std::string address = "file://";
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      address += c;
    else
      address += fmt::format("%{:02X}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  }
  return address;
}

/// Where pages for the browser lie; only the newest are kept, by their names, which begin with the time.
std::string place_for(const app::Settings& settings, const catalogue::Session& session) {
  const std::string folder = settings.home + "/view";
  fs::make_directories(folder);
  auto names = fs::list_directory(folder);
  for (std::size_t i = 0; names.size() - i >= kPagesKept; ++i)
    static_cast<void>(fs::remove_file(folder + "/" + names[i]));
  return fmt::format("{}/{}-{}", folder, now_ns() / kNsPerSecond, file_name_for(session, WrittenAs::html));
}

int run(std::vector<std::string> words) {
  const std::string program = words.front();
  words.erase(words.begin());
  return RunningProgram(program, words, false).wait();
}

int view_in_browser(Call& call, const app::Settings& settings, const catalogue::Catalogue& catalogue,
                    const catalogue::Session& session, const app::ReadingOptions& what, std::string path) {
  if (path.empty()) path = place_for(settings, session);
  const int status = write_session(call, settings, catalogue, session, what, WrittenAs::html, path);
  if (call.global.json) {
    Json document;
    document["schema"] = "csb.view/1";
    document["id"] = session.id.text();
    put_path(document, "path", path);
    return call.out.write(dump(document)), status;
  }
  const std::string real = fs::real_path(path);
  const auto words = browser_for(address_of(real));
  if (words.empty())
    throw Error(ErrorCode::failed, "no browser is found", "set BROWSER, or open the page yourself: " + real);
  if (const int ended = run(words); ended != 0)
    throw Error(ErrorCode::failed, fmt::format("'{}' ended with status {}", words.front(), ended),
                "set BROWSER, or open the page yourself: " + real);
  return status;
}

int view_in_pager(const app::Settings& settings, const catalogue::Catalogue& catalogue,
                  const catalogue::Session& session, const app::ReadingOptions& what) {
  std::vector<std::string> words = program_of(environment("PAGER"), {"less", "more"});
  if (words.empty()) throw Error(ErrorCode::failed, "no pager is found", "set PAGER, or use 'csb distill'");
  const std::string program = words.front();
  words.erase(words.begin());
  RunningProgram pager(program, words, true);
  std::string buffer;
  const auto writer = markdown_writer([&](std::string_view text) {
    buffer += text;
    if (buffer.size() < (std::size_t{32} << 10)) return;
    if (!pager.write(buffer)) throw ReaderGone();  // quit before the end
    buffer.clear();
  });
  try {
    static_cast<void>(app::read_session(settings, catalogue, session, what, *writer));
    pager.write(buffer);
  } catch (const ReaderGone&) {
    return pager.wait();
  }
  return pager.wait();
}

int run_view(Call& call) {
  std::string query, target;
  bool browser = false, pager = false;
  ReadingOptions reading;
  Options options(call);
  options.optional_word("ID", query, std::string(kSessionHelp) + "; without one, the newest of this folder");
  options.flag("--browser", browser, "as a page in $BROWSER, else the system's (the default on a terminal)");
  options.flag("--pager", pager, "as Markdown in $PAGER");
  options.text("-o,--output", "FILE", target, "keep the page in this file");
  reading.declare(options);
  if (!options.parse()) return kDone;
  const app::ReadingOptions what = reading.resolve();
  if (browser && pager)
    throw Error(ErrorCode::usage, "--browser and --pager exclude each other", "leave one of them out");
  if (pager && (call.global.json || !target.empty()))
    throw Error(ErrorCode::usage, "--pager writes no file and no JSON", "leave one of them out");
  if (!browser && !pager && !call.global.json && ::isatty(STDOUT_FILENO) != 1)
    throw Error(ErrorCode::usage, "this is no terminal: nothing is opened without being asked for",
                "--browser opens the page all the same; 'csb export' and 'csb distill' write it");

  const app::Settings settings = call.settings();
  const catalogue::Catalogue catalogue = open_catalogue(call, settings);
  const auto session = app::session_to_resume(settings, catalogue, query, fs::real_path("."));
  if (pager) return view_in_pager(settings, catalogue, session, what);
  return view_in_browser(call, settings, catalogue, session, what, target);
}

}  // namespace

Command view_command() {
  return {"view",
          "a session in the browser or the pager",
          Command::Group::find,
          run_view,
          "[OPTION]... [ID]",
          "Opens a session to be read: as the page that 'csb export' writes, in $BROWSER or the system's "
          "browser, or with --pager as Markdown. The pages lie in csb's home, the last 16 of them; a browser "
          "that may not look there (some are confined) needs -o FILE.",
          {{"csb view 3f2a9c1e", "in the browser"},
           {"csb view", "the newest session of this folder"},
           {"csb view 3f2a9c1e --pager", "in the pager"},
           {"csb view 3f2a9c1e --json", "write the page, print where; open nothing"}},
          {kIncomplete, kNotFound, kRefused}};
}

}  // namespace csb::cli
