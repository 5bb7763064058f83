#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "csb/catalogue/catalogue.hpp"
#include "csb/cli/command.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/main.hpp"
#include "csb/cli/version.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/program.hpp"

namespace csb::cli {
namespace {

/// Without this a database opened by a csb that was started with a closed standard output would become
/// its standard output. Writing to what is put in its place fails, as it should.
void occupy_standard_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0 && ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) < 0)
      ::_exit(kFailed);
}

[[noreturn]] void refuse_command(const std::string& name) {
  if (const auto words = second_words(name); !words.empty())
    throw Error(ErrorCode::usage, "'csb " + name + "' needs one of these words: " + joined(words),
                "'csb help " + name + "' explains them");
  std::vector<std::string> known;
  for (const Command& command : commands()) known.emplace_back(command.name);
  const std::string near = nearest(name, known);
  throw Error(ErrorCode::usage, "there is no command '" + name + "'",
              near.empty() ? "'csb help' lists all commands" : "did you mean 'csb " + near + "'?");
}

/// A damaged page of the catalogue may show at any question, and the catalogue is derived: questions are
/// asked once more, of one that is built anew. Commands that change something see to that themselves.
int run_command(const Command& command, std::vector<std::string> arguments, Output& out, Messages& messages) {
  Call call{command, arguments, out, messages, {}};
  using catalogue::Catalogue;
  try {
    return command.run(call);
  } catch (const std::exception& error) {
    const bool only_asks = command.group == Command::Group::find || command.group == Command::Group::check;
    const bool is_damage = Catalogue::is_damage(error);
    if (!only_asks || (!is_damage && !Catalogue::is_in_use(error)) || !out.discard()) throw;
    call.catalogue_trust = is_damage ? app::CatalogueTrust::damaged : app::CatalogueTrust::in_use;
  }
  Call again{command, std::move(arguments), out, messages, {}};
  again.catalogue_trust = call.catalogue_trust;
  return command.run(again);
}

int dispatch(CommandLine line, Output& out, Messages& messages) {
  if (line.version) {
    out.line("csb " + std::string(version()));
    return kDone;
  }
  if (line.command.empty()) {
    Call call{*find_command("help"), std::move(line.arguments), out, messages, {}};
    if (line.help) call.arguments.clear();
    return call.command.run(call);
  }
  const Command* command = find_command(line.command);
  if (command == nullptr) refuse_command(line.command);
  return run_command(*command, std::move(line.arguments), out, messages);
}

int run_guarded(int argc, char** argv, Messages& messages) {
  try {
    Output out(STDOUT_FILENO);
    int status = kFailed;
    try {
      status = dispatch(split_command_line({argv + 1, argv + argc}), out, messages);
    } catch (const Error&) {
      out.flush();  // what was found out before it failed
      throw;
    }
    out.flush();
    return status;
  } catch (const ReaderGone&) {
    return kReaderGone;
  } catch (const Error& error) {
    messages.error(error.what(), error.hint());
    return exit_status(error.code());
  } catch (const std::bad_alloc&) {
    messages.error("out of memory");
  } catch (const std::exception& error) {
    messages.error(std::string("unexpected: ") + error.what());
  }
  return kFailed;
}

}  // namespace

int run(int argc, char** argv) {
  occupy_standard_descriptors();
  remember_file_mode_mask(::umask(077));  // whatever csb makes is the person's own
  std::signal(SIGPIPE, SIG_IGN);          // a reader that went away shows as EPIPE
  std::signal(SIGXFSZ, SIG_IGN);          // a limit on file sizes (ulimit -f) as EFBIG
  Messages messages(STDERR_FILENO);
  return run_guarded(argc > 0 ? argc : 1, argv, messages);
}

}  // namespace csb::cli
