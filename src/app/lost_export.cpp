// What is left of a lost session, written to a directory of its own.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "lost_evidence.hpp"

namespace csb::app {
namespace {

void refuse_used_directory(const std::string& directory) {
  const bool is_used =
      fs::is_directory(directory) ? !fs::list_directory(directory).empty() : fs::exists(directory);
  if (is_used)
    throw Error(ErrorCode::usage, "'" + directory + "' exists and is not an empty directory",
                "name a directory that does not exist yet");
}

/// A new file; nothing that is there is followed or replaced.
Fd create(const std::string& directory, const std::string& path) {
  if (const std::string_view parent = parent_path(path); !parent.empty())
    fs::make_directories(directory + "/" + std::string(parent));
  Fd fd = open_at(AT_FDCWD, directory + "/" + path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!fd) throw errno_error("cannot write '" + directory + "/" + path + "'", errno);
  return fd;
}

/// "file-history/ID/HASH@v2" of /home/me/x.c: "edited/home/me/x.c@v2"; other files keep their path.
std::string name_of(const LostFile& file) {
  const std::size_t version = file.path.rfind('@');
  if (file.original.size() < 2 || version == std::string::npos) return file.path;
  std::string name = "edited" + file.original + file.path.substr(version);
  return is_safe_relative_path(name) ? name : file.path;
}

std::string prompts_text(const LostDetails& details) {
  const LostSession& session = details.session;
  std::string text = fmt::format(
      "# Session {}\n\nIts transcript was never archived. This is what was typed.\n", session.id.text());
  for (const claude_code::HistoryEntry& prompt : details.prompts) {
    text += fmt::format("\n## {}\n\n{}\n", prompt.time_ns == 0 ? "(no time)" : format_local(prompt.time_ns),
                        prompt.prompt);
    for (const claude_code::Paste& paste : prompt.pastes)
      text += fmt::format("\n### Pasted text #{}\n\n{}\n", paste.number,
                          paste.content.empty() ? "(not there any more)" : paste.content);
  }
  return text;
}

}  // namespace

LostExport export_lost(const Settings& settings, const LostDetails& details, const std::string& directory) {
  refuse_used_directory(directory);
  fs::make_directories(directory);
  LostExport done;
  done.directory = directory;
  const auto attempt = [&](const std::string& path, auto&& write) {
    Fd fd;
    try {
      fd = create(directory, path);
      write(fd.get());
      done.written.push_back(path);
    } catch (const Error& error) {
      if (fd) ::unlink((directory + "/" + path).c_str());  // a part of a file would pass for all of it
      done.problems.push_back({Problem::Severity::not_saved, path, error.what(), error.hint()});
    }
  };
  if (!details.prompts.empty())
    attempt("prompts.md", [&](int fd) { write_all(fd, as_bytes(prompts_text(details)), "prompts.md"); });
  for (const LostFile& file : details.files) {
    if (!is_safe_relative_path(file.path)) continue;  // from a hostile history: nothing of this session's
    const std::string name = name_of(file);
    attempt(name, [&](int fd) {
      read_left_file(settings, file, [&](std::string_view piece) { write_all(fd, as_bytes(piece), name); });
    });
  }
  return done;
}

}  // namespace csb::app
