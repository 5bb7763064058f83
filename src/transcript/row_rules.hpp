#pragma once

#include <cstdint>
#include <string_view>

namespace csb::transcript {

/// A text that a row has, if only an empty one; one it has not is a view of nothing.
[[nodiscard]] inline bool is_present(std::string_view text) { return text.data() != nullptr; }

/// Nanoseconds since the epoch; 0 when there is no usable time. Only years that 64 bits of nanoseconds
/// hold are looked at.
[[nodiscard]] std::int64_t time_of(std::string_view timestamp);

/// Whether a person typed the text of a user row, as far as the text and `origin.kind` tell.
[[nodiscard]] bool is_typed_text(std::string_view text, std::string_view origin);

}  // namespace csb::transcript
