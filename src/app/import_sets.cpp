#include <fmt/format.h>

#include <algorithm>

#include "csb/app/roster.hpp"
#include "csb/app/sets.hpp"
#include "csb/source/claude_code/python_sets.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kMostBytes = std::size_t{16} << 20;

class Import {
 public:
  explicit Import(const Settings& settings) : settings_(settings), known_(read_sets(settings)) {}

  void read(const std::string& file) {
    std::size_t skipped = 0;
    for (const claude_code::PythonSet& set :
         claude_code::read_python_sets(read_file(file, kMostBytes), skipped))
      take_over(file, set);
    if (skipped > 0) leave_out(file, fmt::format("{} members without a usable id were left out", skipped));
  }

  ImportedSets result;

 private:
  void take_over(const std::string& file, const claude_code::PythonSet& python) {
    const auto has_name = [&](const SessionSet& set) { return set.name == python.name; };
    if (std::any_of(known_.begin(), known_.end(), has_name))
      return leave_out(file,
                       fmt::format("the set '{}' was left out: there is one by that name", python.name));
    if (!is_set_name(python.name))
      return leave_out(file, fmt::format("the set '{}' was left out: csb cannot use that name", python.name));
    SessionSet set{python.name, "", python.promoted_from, python.created_ns, {}};
    if (!is_view(set.from) && !is_set_name(set.from)) set.from.clear();
    for (const auto& [session, added] : python.members) set.add(session, added);
    write_set(settings_, set);
    known_.push_back(set);
    result.made.push_back(std::move(set));
  }

  void leave_out(const std::string& file, std::string what) {
    result.problems.push_back({Problem::Severity::not_saved, file, std::move(what), {}});
  }

  const Settings& settings_;
  std::vector<SessionSet> known_;
};

}  // namespace

ImportedSets import_sets(const Settings& settings, const std::vector<std::string>& files) {
  Import import(settings);
  for (const std::string& file : files) import.read(file);
  if (files.empty()) import.read(settings.claude_dir + "/csb-sets.json");
  return std::move(import.result);
}

}  // namespace csb::app
