#pragma once

namespace csb::cli::mcp {

/// Whether the client that started this process starts it again when a tool is called after it has ended:
/// Claude Code without a terminal (`claude -p`) does, as seen with 2.1.329. At its exit it waits 50 ms for
/// every server that still runs, and for none that has ended. At a terminal it takes a server that ends for
/// failed, and its tools away.
[[nodiscard]] bool client_starts_server_again();

}  // namespace csb::cli::mcp
