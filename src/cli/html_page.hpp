#pragma once

#include <string_view>

namespace csb::cli {

/// The page's only style sheet and its only script, and what the page's policy knows them by (the SHA-256
/// of each, in base64, as Content-Security-Policy wants it; a test compares).
[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();
inline constexpr std::string_view kStyleHash = "5Vq8NATug8aDvXcUgyU+l0iSIoOK0CUaD+lORFEhxEM=";
inline constexpr std::string_view kScriptHash = "V7s/zrcGOlWXWaRxp7ks6+cSnYq13+peAO2EwxDwK6s=";

}  // namespace csb::cli
