#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/catalogue/text_index.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

struct IndexTextOptions {
  /// Called now and then with bytes read, and bytes to read as far as they are known.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress;
  std::function<void(std::string)> said;  ///< a sentence when the index is built anew
  std::function<bool()> should_stop;      ///< asked between files: true ends early, keeping what is done
};

struct IndexTextResult {
  std::uint64_t files = 0, bytes = 0;  ///< read now
  std::uint64_t texts = 0;             ///< new ones
  bool busy = false;                   ///< another process is indexing: nothing was done
  bool stopped = false;                ///< should_stop() said so
  std::vector<Problem> problems;       ///< files that could not be read: tried again next time
};

/// Brings the full-text index up to what the catalogue knows: prompts, answers, thinking, inputs and outputs
/// of tools, subagents, tool-results, titles, of all versions of all sessions, deleted ones too. What was
/// appended to a file is read once, from disk where it is as stored, else from the store. Can be killed at
/// any time; goes on from there. A damaged index is set aside and built anew.
/// @throws Error{failed} when it cannot be written (a read-only disk)
IndexTextResult index_text(const Settings& settings, const catalogue::Catalogue& catalogue,
                           const IndexTextOptions& options = {});

/// Puts a damaged index out of the way, so that the next index_text() builds it anew. Does nothing where that
/// is not possible now.
void discard_text_index(const Settings& settings) noexcept;

/// True when index_text() would find nothing to do. Costs next to nothing.
[[nodiscard]] bool is_text_indexed(const catalogue::TextIndex& index, const catalogue::Catalogue& catalogue);

}  // namespace csb::app
