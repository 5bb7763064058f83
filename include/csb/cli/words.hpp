#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace csb::cli {

/// "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);

/// "1 file", "1,234 files"; `plural` for words that do not just take an s.
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view singular,
                                  std::string_view plural = {});

/// "a, b and c".
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

/// "12 ms", "3.4 s", "2 min 5 s".
[[nodiscard]] std::string duration(std::int64_t ns);

/// A path as a person knows it: "~/src" for what lies beneath $HOME.
[[nodiscard]] std::string with_tilde(const std::string& path);

/// The same for every path in a text.
[[nodiscard]] std::string with_tildes(std::string text);

/// `text` as one word of a POSIX shell: quoted when it must be.
[[nodiscard]] std::string shell_word(std::string_view text);

/// `text` (words and spaces) broken into lines of at most `columns`.
[[nodiscard]] std::vector<std::string> wrapped(std::string_view text, std::size_t columns);

/// How many single-character edits (insert, delete, replace, swap of neighbours) lead from one to the other.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The candidate that `text` was probably meant to be; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view text, const std::vector<std::string>& candidates);

}  // namespace csb::cli
