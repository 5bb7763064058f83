#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"
#include "text_source.hpp"

namespace csb::app {

/// A file of which something is to be indexed.
struct TextTask {
  catalogue::Root root;
  std::string path;
  std::string_view format;
  std::vector<Generation> generations;            ///< those that are not indexed as a whole
  catalogue::TextFile file;                       ///< as far as it is indexed; of a new one without an id
  std::optional<catalogue::FileState> last_seen;  ///< on disk, by the catalogue
  std::uint64_t bytes = 0;                        ///< to be read, as far as is known
};

/// What was read of one generation of a file since the batch before it: whole messages.
struct TextBatch {
  struct Text {
    MessageText text;
    std::uint64_t offset = 0;  ///< of its message, see MessagePlace
    std::int64_t time_ns = 0;
  };

  const TextTask* task = nullptr;
  const Generation* generation = nullptr;
  std::vector<Text> texts;
  std::uint64_t bytes = 0;  ///< of the content
  /// Offset from which on the generation is still to be read; 0 where there are no rows.
  std::uint64_t read_to = 0;
  bool ends_generation = false;
  std::optional<Problem> failure;  ///< the file cannot be read on: its last batch

  /// About what it takes in memory.
  [[nodiscard]] std::size_t size() const;
};

/// Reads all texts of all tasks, in order. A file that cannot be read is given as a failure, and the next one
/// is read.
/// @param give gets a batch for each end of a generation, and some before it. @return false = enough
void read_texts(const Settings& settings, const std::vector<TextTask>& tasks,
                const std::function<bool(TextBatch)>& give);

/// The same, by a thread that reads ahead of `take`, which is called here. What is read ahead is bounded.
void read_texts_ahead(const Settings& settings, const std::vector<TextTask>& tasks,
                      const std::function<bool(TextBatch)>& take);

}  // namespace csb::app
