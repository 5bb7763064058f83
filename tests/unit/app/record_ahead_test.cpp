#include "record_ahead.hpp"

#include <vector>

#include "csb/util/error.hpp"
#include "support/catch.hpp"

using namespace csb;
using namespace csb::app;

namespace {

Root target() { return {find_source("claude-code"), "/home/ada/.claude", "refs/heads/vm/claude-code"}; }

/// Large files that were read, more of them than may wait.
std::vector<Work> many_files() {
  std::vector<Work> files(20);
  for (std::size_t n = 0; n < files.size(); ++n) {
    catalogue::FileState& state = files[n].found.state;
    state.path = "projects/-a/" + std::to_string(n) + ".jsonl";
    state.stamp.size = 10U << 20U;
    state.details.emplace().tools["Bash"] = n;
  }
  return files;
}

catalogue::Catalogue in_memory() {
  return catalogue::Catalogue::open({}, catalogue::Catalogue::Access::memory);
}

}  // namespace

TEST_CASE("files are recorded while others are read") {
  catalogue::Catalogue catalogue = in_memory();
  std::vector<Work> files = many_files();
  const Root root = target();
  RecordAhead recorder(catalogue, root);
  for (Work& file : files) recorder.put(file);
  Recording recording = recorder.finish().get();
  recording.update.commit();
  CHECK(catalogue.known_files(recording.root_id).size() == files.size());
  for (const Work& file : files) {
    CHECK(file.is_recorded);
    CHECK(!file.found.state.details);
  }
}

TEST_CASE("nobody waits for a catalogue that cannot be written") {
  catalogue::Catalogue catalogue = in_memory();
  catalogue::Catalogue::Update other = catalogue.begin();  // there can be only one
  std::vector<Work> files = many_files();
  const Root root = target();
  RecordAhead recorder(catalogue, root);
  for (Work& file : files) recorder.put(file);
  CHECK_THROWS_AS(recorder.finish().get(), Error);
  CHECK(!files.back().is_recorded);
  CHECK(!files.back().found.state.details);
}
