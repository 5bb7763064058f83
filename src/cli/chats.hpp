#pragma once

#include <string>

#include "csb/app/chats_import.hpp"
#include "csb/cli/render.hpp"

/// How results about chats are shown, for people and for programs.
namespace csb::cli {

[[nodiscard]] std::string render(const app::ChatsSyncResult& result, bool dry_run, const Screen& screen);
[[nodiscard]] std::string render(const app::ChatsImportResult& result, bool dry_run, const Screen& screen);
[[nodiscard]] std::string render(const app::ChatsListResult& result, const Screen& screen);
[[nodiscard]] std::string render(const app::ChatsStatusResult& result, const Screen& screen);

/// A chat as Markdown: its head, then each message. Control characters are made visible.
[[nodiscard]] std::string markdown_head(const app::FoundChat& chat);
[[nodiscard]] std::string markdown(const Message& message);

[[nodiscard]] std::string to_json(const app::ChatsSyncResult& result, bool dry_run);
[[nodiscard]] std::string to_json(const app::ChatsImportResult& result, bool dry_run);
[[nodiscard]] std::string to_json(const app::ChatsListResult& result);
[[nodiscard]] std::string to_json(const app::ChatsStatusResult& result);
// One chat is written as it is read: begin, messages, end.
[[nodiscard]] std::string chat_json_begin(const app::FoundChat& chat);
[[nodiscard]] std::string chat_json_message(const Message& message, bool first);
[[nodiscard]] std::string chat_json_end();
[[nodiscard]] std::string restored_json(const app::FoundChat& chat, const std::string& path,
                                        const std::string& format);

}  // namespace csb::cli
