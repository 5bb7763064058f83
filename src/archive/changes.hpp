#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/model/file.hpp"

/// The codec of `.csb/changes.jsonl` (docs/format.md, "Commits").
namespace csb::archive {

inline constexpr std::string_view kFormatPath = ".csb/format";
inline constexpr std::string_view kFormatText = "1\n";
inline constexpr std::string_view kChangesPath = ".csb/changes.jsonl";
inline constexpr std::string_view kForeignPath = ".csb/foreign.jsonl";
inline constexpr std::string_view kRootPath = ".csb/root";
inline constexpr std::string_view kReserved = ".csb";

/// Sorted by path.
[[nodiscard]] std::string write_changes(std::vector<Change> changes);

/// The content of `.csb/root`: where the root lay on the machine that made the commit. The path is bytes.
[[nodiscard]] std::string write_root(std::string_view path);
[[nodiscard]] std::optional<std::string> parse_root(std::string_view text);

/// Lines that are not understood are skipped: a later version may have added some. Paths are not validated.
[[nodiscard]] std::vector<Change> parse_changes(std::string_view text);

}  // namespace csb::archive
