#pragma once

#include <string>
#include <vector>

#include "csb/cli/command.hpp"

/// What may follow on a command line, for the shells. Made from the table of commands, their declared
/// options, and the catalogue, at the moment of asking.
namespace csb::cli {

struct Candidate {
  std::string value;
  std::string meaning;  ///< may be empty; one line, printable
};

struct Completion {
  std::vector<Candidate> candidates;
  bool files = false;  ///< names of files fit as well; the shell knows them best
};

/// @param words what was typed behind "csb", the last one being what is completed (it may be empty)
[[nodiscard]] Completion complete(const Call& call, std::vector<std::string> words);

}  // namespace csb::cli
