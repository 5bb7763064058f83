#include "csb/cli/options.hpp"

#include <fcntl.h>

#include "csb/cli/exit_status.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::cli;

namespace {

struct Parsed {
  GlobalOptions global;
  bool flag = false;
  std::string text, deleted;
  std::optional<std::uint64_t> number;
  std::vector<std::string> words;
  bool done = false;
};

Parsed parse(std::vector<std::string> arguments) {
  Output out(open_at(AT_FDCWD, "/dev/null", O_WRONLY).release());
  Messages messages(-1);
  Call call{*find_command("list"), std::move(arguments), out, messages, {}};
  Parsed parsed;
  Options options(call);
  options.flag("-f,--flag", parsed.flag, "");
  options.text("--text", "T", parsed.text, "");
  options.number("-n,--number", "N", parsed.number, "");
  options.optional_choice("--deleted", {"only", "all"}, "all", parsed.deleted, "");
  options.words("WORD", parsed.words, 0, "");
  parsed.done = !options.parse();
  parsed.global = call.global;
  return parsed;
}

void check_refused(std::vector<std::string> arguments) {
  try {
    parse(std::move(arguments));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::usage);
  }
}

}  // namespace

TEST_CASE("options and words in any order") {
  const Parsed parsed =
      parse({"login", "-n", "5", "--text=a b", "page", "-f", "--store", "/s", "--json", "-q"});
  CHECK(parsed.words == std::vector<std::string>{"login", "page"});
  CHECK(parsed.number == 5U);
  CHECK(parsed.text == "a b");
  CHECK(parsed.flag);
  CHECK(parsed.global.where.store == "/s");
  CHECK(parsed.global.json);
  CHECK(parsed.global.quiet);
  CHECK_FALSE(parse({}).number);
  CHECK(parse({"--", "-n", "--deleted"}).words == std::vector<std::string>{"-n", "--deleted"});
  CHECK(parse({"-n", "1", "-n", "2"}).number == 2U);
}

TEST_CASE("an optional value belongs to its option only when it knows it") {
  CHECK(parse({"--deleted"}).deleted == "all");
  CHECK(parse({"--deleted", "only"}).deleted == "only");
  CHECK(parse({"--deleted=only"}).deleted == "only");
  const Parsed parsed = parse({"--deleted", "login"});
  CHECK(parsed.deleted == "all");
  CHECK(parsed.words == std::vector<std::string>{"login"});
  CHECK(parse({}).deleted.empty());
}

TEST_CASE("wrong usage is refused") {
  check_refused({"--nonsense"});
  check_refused({"-n", "-1"});
  check_refused({"-n", "many"});
  check_refused({"-n", "3.5"});
  check_refused({"--deleted=some"});
  check_refused({"--text"});
  check_refused({"--color", "pink"});
}

TEST_CASE("help and version end the command") {
  CHECK(parse({"--help"}).done);
  CHECK(parse({"-n", "1", "-h"}).done);
  CHECK(parse({"--version"}).done);
}

TEST_CASE("the command is the first word that is no option's value") {
  CommandLine line = split_command_line({"--store", "list", "-q", "show", "x", "--json"});
  CHECK(line.command == "show");
  CHECK(line.arguments == std::vector<std::string>{"--store", "list", "-q", "x", "--json"});
  line = split_command_line({"--version"});
  CHECK(line.command.empty());
  CHECK(line.version);
  line = split_command_line({"restore", "--version", "2"});
  CHECK(line.command == "restore");
  CHECK_FALSE(line.version);
}

TEST_CASE("every command explains itself") {
  for (const Command& command : commands()) {
    CAPTURE(command.name);
    CHECK(command.examples.size() >= 2);
    CHECK_FALSE(command.description.empty());
    const std::string text =
        help_text(command, {{"-x", "N", "what it does", OptionHelp::Kind::own}}, 80, Paint());
    CHECK(text.find("Usage: csb " + std::string(command.name)) == 0);
    CHECK(text.find("-x N") != std::string::npos);
    for (const int status : command.exits)
      CHECK(text.find("\n  " + std::to_string(status)) != std::string::npos);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      CHECK(end - at <= 80);
      at = end + 1;
    }
  }
}
