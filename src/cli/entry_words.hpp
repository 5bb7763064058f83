#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "csb/app/reading.hpp"

/// How entries are told, whatever they are written down as.
namespace csb::cli {

/// Who speaks: turns begin where it changes.
enum class Speaker { nobody, person, model, client };
[[nodiscard]] Speaker speaker_of(const app::Entry& entry);
/// "You", "Claude", "The client"; in a subagent's conversation a person's words are its orders.
[[nodiscard]] std::string_view name_of(Speaker speaker, bool is_subagent);

/// What a fold holds: "output, 12 lines", "thinking, 340 B"; "12 lines" of nothing in particular.
[[nodiscard]] std::string measure(std::string_view what, std::string_view text);

/// The facts at the top of a written session: names and values, those that are known.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> head_facts(const app::ReadingHead& head);

/// What is to be said at its end: unreadable rows, what was redacted and that this is best effort. May be
/// empty.
[[nodiscard]] std::vector<std::string> closing_remarks(const app::ReadingSummary& summary, bool is_redacted);

/// What is said of a rewind: one line.
[[nodiscard]] std::string rewind_text(const app::Entry& entry);

/// The members of a tool's input (raw JSON): their names and, as text, their values; strings as they are.
/// What is no object is one value without a name. Deep or broken JSON is given as it is written.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> input_fields(std::string_view json);

/// The language of a file's content, as blocks of code name it: "cpp"; empty when not known.
[[nodiscard]] std::string_view language_of(std::string_view path);

}  // namespace csb::cli
