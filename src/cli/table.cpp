#include "csb/cli/table.hpp"

#include <algorithm>

#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kGap = 2;

using Widths = std::vector<std::size_t>;

std::size_t total(const Widths& widths) {
  std::size_t sum = 0;
  for (const std::size_t width : widths)
    if (width > 0) sum += width + (sum > 0 ? kGap : 0);  // a column with nothing in it takes no room
  return sum;
}

/// Takes columns from the widest cuttable column, one at a time, until the line fits or none can give more.
void shrink(Widths& widths, const std::vector<Column>& columns, std::size_t limit) {
  for (std::size_t excess = total(widths) > limit ? total(widths) - limit : 0; excess > 0; --excess) {
    std::size_t widest = columns.size();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].cut == Column::Cut::never || widths[i] <= columns[i].minimum) continue;
      if (widest == columns.size() || widths[i] > widths[widest]) widest = i;
    }
    if (widest == columns.size()) return;
    --widths[widest];
  }
}

std::string fitted(const Column& column, const std::string& text, std::size_t width) {
  if (column.cut == Column::Cut::start) return cut_start_to_columns(text, width);
  return column.cut == Column::Cut::end ? cut_to_columns(text, width) : text;
}

std::string line_of(const std::vector<Column>& columns, const Widths& widths, const std::vector<Cell>& row,
                    const Paint& paint) {
  std::string line;
  std::size_t pending = 0;  // spaces owed before the next text, so that none trail
  for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i) {
    if (widths[i] == 0) continue;
    const std::string text = fitted(columns[i], printable(row[i].text), widths[i]);
    const std::size_t used = display_width(text);
    const std::size_t padding = used < widths[i] ? widths[i] - used : 0;
    if (columns[i].right) pending += padding;
    if (!text.empty()) {
      line += std::string(pending, ' ') + paint(row[i].tone, text);
      pending = 0;
    }
    pending += kGap + (columns[i].right ? 0 : padding);
  }
  return line;
}

}  // namespace

std::string cut_start_to_columns(std::string_view text, std::size_t columns) {
  if (display_width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t start = 0;
  while (start < text.size() && display_width(text.substr(start)) > columns - 1) {
    ++start;
    while (start < text.size() && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) ++start;
  }
  return "…" + std::string(text.substr(start));
}

std::vector<std::string> lay_out(const std::vector<Column>& columns,
                                 const std::vector<std::vector<Cell>>& rows, std::optional<std::size_t> width,
                                 const Paint& paint) {
  std::vector<Cell> header;
  bool titled = false;
  Widths widths;
  for (const Column& column : columns) {
    header.push_back({column.title, Tone::dim});
    titled = titled || !column.title.empty();
    widths.push_back(display_width(column.title));
  }
  for (const std::vector<Cell>& row : rows)
    for (std::size_t i = 0; i < columns.size() && i < row.size(); ++i)
      widths[i] = std::max(widths[i], display_width(printable(row[i].text)));
  if (width) shrink(widths, columns, *width);
  std::vector<std::string> lines;
  if (titled) lines.push_back(line_of(columns, widths, header, paint));
  for (const std::vector<Cell>& row : rows) lines.push_back(line_of(columns, widths, row, paint));
  return lines;
}

}  // namespace csb::cli
