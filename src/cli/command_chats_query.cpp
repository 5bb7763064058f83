#include <fmt/format.h>

#include "chats.hpp"
#include "command_functions.hpp"
#include "csb/app/chats.hpp"
#include "csb/cli/exit_status.hpp"
#include "csb/cli/options.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::cli {
namespace {

constexpr std::size_t kDefaultLimit = 20;

int run_list(Call& call) {
  app::ChatsQuery query;
  std::optional<std::uint64_t> limit;
  std::string deleted;
  Options options(call);
  options.words("WORD", query.words, 0, "each must occur in the title, id, project or organization");
  options.number("-n,--limit", "N", limit, "how many (default 20; 0 = all)");
  options.optional_choice("--deleted", {"only", "all"}, "all", deleted,
                          "chats deleted at claude.ai too, or nothing but them");
  if (!options.parse()) return kDone;
  if (limit.value_or(kDefaultLimit) != 0) query.limit = limit.value_or(kDefaultLimit);
  query.deleted_too = deleted == "all";
  query.deleted_only = deleted == "only";
  const app::ChatsListResult result = app::chats_list(call.settings(), query);
  call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
  call.out.flush();
  if (call.global.json) return result.chats.empty() && !query.words.empty() ? kNotFound : kDone;
  if (result.no_mirror)
    call.messages.note("there are no chats yet: 'csb chats import' or 'csb chats sync' brings them");
  if (!result.no_mirror && result.matched == 0) call.messages.note("no chat matches");
  if (result.chats.size() < result.matched)
    call.messages.note(fmt::format("{} of {} shown; -n 0 shows all", grouped(result.chats.size()),
                                   counted(result.matched, "chat")));
  if (result.hidden_deleted > 0)
    call.messages.note(
        fmt::format("{} too; show with --deleted",
                    counted(result.hidden_deleted, "deleted chat matches", "deleted chats match")));
  return result.chats.empty() && !query.words.empty() ? kNotFound : kDone;
}

int run_status(Call& call) {
  Options options(call);
  if (!options.parse()) return kDone;
  const app::ChatsStatusResult result = app::chats_status(call.settings());
  call.out.write(call.global.json ? to_json(result) : render(result, screen_of(call)));
  return result.pending.empty() ? kDone : kIncomplete;
}

int run_show(Call& call) {
  std::string id;
  Options options(call);
  options.word("ID", id, "the chat's id, or its beginning");
  if (!options.parse()) return kDone;
  const app::FoundChat chat = app::find_chat(call.settings(), id);
  if (call.global.json) {
    bool first = true;
    call.out.write(chat_json_begin(chat));
    (void)app::read_found_chat(chat, [&](const Message& message) {
      call.out.write(chat_json_message(message, first));
      first = false;
    });
    call.out.write(chat_json_end());
    return kDone;
  }
  call.out.write(markdown_head(chat));
  (void)app::read_found_chat(chat, [&](const Message& message) { call.out.write(markdown(message)); });
  return kDone;
}

/// Where to write: into a directory, a file is named after the chat.
std::string target_of(const app::FoundChat& chat, const std::string& output, const std::string& format) {
  if (!fs::is_directory(output)) return output;
  return output + "/" + chat.chat.state.uuid + (format == "json" ? ".json" : ".md");
}

std::string content_of(const app::FoundChat& chat, const std::string& format) {
  std::string text = format == "json" ? std::string() : markdown_head(chat);
  const auto add = [&](const Message& message) { text += markdown(message); };
  (void)app::read_found_chat(chat, format == "json" ? std::function<void(const Message&)>() : add);
  return format == "json" ? read_file(chat.file) : text;
}

int run_restore(Call& call) {
  std::string id, output, format = "markdown";
  bool force = false;
  Options options(call);
  options.word("ID", id, "the chat's id, or its beginning");
  options.text("-o,--output", "FILE", output,
               "where to write; a directory, or - for standard output (default)");
  options.choice("--format", {"markdown", "json"}, format, "to read, or exactly as the service gave it");
  options.flag("--force", force, "replace a file that is there");
  if (!options.parse()) return kDone;
  const app::FoundChat chat = app::find_chat(call.settings(), id);
  const std::string content = content_of(chat, format);
  if (output.empty() || output == "-") {
    call.out.write(content);
    return kDone;
  }
  const std::string path = target_of(chat, output, format);
  if (fs::exists(path) && !force)
    throw Error(ErrorCode::failed, "'" + path + "' is there already", "name another file, or give --force");
  fs::write_file_atomically(path, content);
  if (call.global.json) {
    call.out.write(restored_json(chat, path, format));
  } else if (!call.global.quiet) {
    call.out.line("wrote " + shell_word(path));
    call.out.flush();
    call.messages.note("chats cannot be put back on claude.ai: this file is all that a restore can give");
  }
  return kDone;
}

}  // namespace

Command chats_list_command() {
  return {
      "chats list",
      "claude.ai chats, newest first",
      Command::Group::find,
      run_list,
      "[OPTION]... [WORD]...",
      "Lists the chats that were fetched or imported: title, last change, messages, state. States: here (as "
      "claude.ai last showed it), pending (a newer version could not be fetched yet), deleted (at claude.ai; "
      "here "
      "it stays). Off a terminal nothing is cut.",
      {{"csb chats list", "the twenty changed last"},
       {"csb chats list -n 0 garden", "every one about a garden"}},
      {kNotFound}};
}

Command chats_show_command() {
  return {"chats show",
          "read one claude.ai chat",
          Command::Group::find,
          run_show,
          "ID",
          "Prints a chat as Markdown: every message of every branch, with what tools were called, and the "
          "text of "
          "attachments. A branch begins where a message says which one it answers.",
          {{"csb chats show 8efc9271", "the chat whose id begins so"},
           {"csb chats show 8efc9271 --json", "for a program"}},
          {kNotFound}};
}

Command chats_status_command() {
  return {"chats status",
          "whether the chats are up to date",
          Command::Group::check,
          run_status,
          "",
          "Says when chats were last fetched and imported, how many there are, and which ones could not be "
          "fetched.",
          {{"csb chats status", "how it stands"}, {"csb chats status --json", "for a program"}},
          {kIncomplete}};
}

Command chats_restore_command() {
  return {"chats restore",
          "write a claude.ai chat to a file",
          Command::Group::bring_back,
          run_restore,
          "[OPTION]... ID",
          "Writes a chat as Markdown, or as the JSON it came as. Chats cannot be put back on claude.ai: "
          "there is no way "
          "to. Earlier versions are in the store, as those of any file.",
          {{"csb chats restore 8efc9271 -o chat.md", "to read it elsewhere"},
           {"csb chats restore 8efc9271 --format json -o .", "its JSON, named by its id"}},
          {kNotFound}};
}

}  // namespace csb::cli
