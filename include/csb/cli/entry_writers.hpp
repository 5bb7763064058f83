#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "csb/app/reading.hpp"

/// What a session is written down as, in pieces, as it is read.
namespace csb::cli {

using TextSink = std::function<void(std::string_view)>;

/// Markdown: a heading for each turn, a line for each tool call, thinking and outputs folded away. Whatever
/// a text holds stays where it was put: fences are longer than any in it, HTML becomes text.
[[nodiscard]] std::unique_ptr<app::EntryWriter> markdown_writer(TextSink sink);

/// One HTML page that needs nothing else: no network, its own styles and script, a policy that lets no other
/// script run. @param exported_ns the time given at its end
[[nodiscard]] std::unique_ptr<app::EntryWriter> html_writer(TextSink sink, std::int64_t exported_ns);

/// One document "csb.export/1" (docs/schema/export.json).
[[nodiscard]] std::unique_ptr<app::EntryWriter> json_writer(TextSink sink, std::int64_t exported_ns);

}  // namespace csb::cli
