#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "csb/cli/output.hpp"

namespace csb::cli {

struct Column {
  enum class Cut {
    never,
    end,    ///< "A long ti…"
    start,  ///< "…/src/webapp": what matters is at the end
  };
  std::string title;        ///< empty titles in all columns: no header line
  bool right = false;       ///< numbers
  Cut cut = Cut::never;     ///< whether and where it gives way when the line is too long
  std::size_t minimum = 8;  ///< columns a cut leaves at least
};

struct Cell {
  std::string text;  ///< anything; made printable by the table
  Tone tone = Tone::plain;
};

/// Lines of aligned columns, two spaces apart, no trailing spaces.
/// @param width columns a line may have; nothing = as wide as it takes, and nothing is cut
[[nodiscard]] std::vector<std::string> lay_out(const std::vector<Column>& columns,
                                               const std::vector<std::vector<Cell>>& rows,
                                               std::optional<std::size_t> width, const Paint& paint);

/// `text` cut to `columns` with "…" at its start. Never splits a character.
[[nodiscard]] std::string cut_start_to_columns(std::string_view text, std::size_t columns);

}  // namespace csb::cli
