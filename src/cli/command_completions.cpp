#include <string>

#include "command_functions.hpp"
#include "complete.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "manual.hpp"

namespace csb::cli {
namespace {

// Each asks csb itself, so that they know whatever the installed csb knows.

constexpr const char* kBash =
    R"sh(# bash completion for csb: source this file, or put it where bash-completion looks
_csb() {
  local value meaning cur=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  [[ $cur == = ]] && cur=
  while IFS=$'\t' read -r value meaning; do
    if [[ $value == : ]]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r value; do COMPREPLY+=("$value"); done < <(compgen -f -- "$cur")
    else
      [[ $value == --*=* && $value != "$cur"* ]] && value=${value#*=}
      COMPREPLY+=("$value")
    fi
  done < <(csb complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _csb csb
)sh";

constexpr const char* kZsh = R"sh(#compdef csb
# zsh completion for csb: put it as _csb into a directory of $fpath, or source it after compinit
_csb() {
  local value meaning files
  local -a candidates
  while IFS=$'\t' read -r value meaning; do
    if [[ $value == : ]]; then files=1
    else candidates+=("${value//:/\\:}${meaning:+:$meaning}"); fi
  done < <(csb complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  (( ${#candidates} )) && _describe -V csb candidates
  [[ -n $files ]] && _files
  return 0
}
if [[ $funcstack[1] == _csb ]]; then _csb "$@"; else compdef _csb csb; fi
)sh";

constexpr const char* kFish =
    R"sh(# fish completion for csb: put it as csb.fish into ~/.config/fish/completions
function __csb_complete
    set -l words (commandline -opc)[2..-1] (commandline -ct)
    for line in (csb complete -- $words 2>/dev/null)
        if test $line = :
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c csb -f -k -a '(__csb_complete)'
)sh";

int run_completions(Call& call) {
  std::string shell;
  Options options(call);
  options.choice_word("SHELL", {"bash", "zsh", "fish"}, shell, "bash, zsh or fish");
  if (!options.parse()) return kDone;
  call.out.write(shell == "bash" ? kBash : shell == "zsh" ? kZsh : kFish);
  return kDone;
}

/// The overview and a page for each command.
void write_manuals(const std::string& directory) {
  fs::make_directories(directory);
  fs::replace_file(directory + "/csb.1", manual_overview());
  for (const Command& command : commands())
    if (command.group != Command::Group::internal)
      fs::replace_file(directory + '/' + page_name(command) + ".1",
                       manual_page(command, options_of(command)));
}

int run_documents(Call& call) {
  std::string directory;
  Options options(call);
  options.word("DIR", directory, "where to; made when it is not there");
  if (!options.parse()) return kDone;
  write_manuals(directory + "/man1");
  fs::replace_file(directory + "/csb.bash", kBash);
  fs::replace_file(directory + "/_csb", kZsh);
  fs::replace_file(directory + "/csb.fish", kFish);
  return kDone;
}

int run_complete(Call& call) {
  std::vector<std::string> words;
  Options options(call);
  options.words("WORD", words, 0, "what was typed behind csb, up to the cursor");
  if (!options.parse()) return kDone;
  // Who presses TAB is in the middle of a line: nothing is said there, whatever is wrong.
  call.messages.set_quiet(true);
  try {
    const Completion completion = complete(call, std::move(words));
    for (const Candidate& candidate : completion.candidates)
      call.out.line(candidate.meaning.empty() ? candidate.value : candidate.value + '\t' + candidate.meaning);
    if (completion.files) call.out.line(":");
  } catch (const Error&) {
    return kFailed;
  }
  return kDone;
}

}  // namespace

Command completions_command() {
  return {
      "completions",
      "completion for your shell",
      Command::Group::set_up,
      run_completions,
      "bash|zsh|fish",
      "Prints what makes the shell complete csb's commands, options and session ids at a press of TAB. The "
      "packages install it; for a csb of your own, put it where your shell looks.",
      {{"source <(csb completions bash)", "for this shell, or in ~/.bashrc"},
       {"csb completions zsh > ~/.zsh/functions/_csb", "for zsh, in a directory of its $fpath"},
       {"csb completions fish > ~/.config/fish/completions/csb.fish", "for fish"}},
      {}};
}

Command documents_command() {
  return {"documents",
          "write manual pages and completions",
          Command::Group::internal,
          run_documents,
          "DIR",
          "For the build: writes man1/csb.1 and a page for each command, csb.bash, _csb and csb.fish.",
          {{"csb documents build/documents", "all of them"},
           {"csb documents /tmp/csb && man -l /tmp/csb/man1/csb-list.1", "read one"}},
          {}};
}

Command complete_command() {
  return {"complete",
          "what may follow on a command line",
          Command::Group::internal,
          run_complete,
          "-- [WORD]...",
          "For the scripts of 'csb completions': prints what may take the place of the last word, one to a "
          "line, its meaning behind a tab. A line of ':' stands for names of files.",
          {{"csb complete -- show 3f", "sessions whose id begins with 3f"},
           {"csb complete -- list --so", "options of list"}},
          {}};
}

}  // namespace csb::cli
