#include <fmt/format.h>

#include "csb/cli/render.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

using Outcome = app::RestoredFile::Outcome;

std::vector<std::string> session_parts(const app::BackupResult& result) {
  std::vector<std::string> parts;
  const auto add = [&](std::uint64_t count, const char* word) {
    if (count > 0) parts.push_back(fmt::format("{} {}", grouped(count), word));
  };
  add(result.sessions_added, "new");
  add(result.sessions_changed, "changed");
  add(result.sessions_moved, "moved");
  add(result.sessions_shrunk, "shrunk");
  return parts;
}

std::uint64_t sessions_touched(const app::BackupResult& result) {
  return result.sessions_added + result.sessions_changed + result.sessions_moved + result.sessions_shrunk;
}

std::uint64_t files_touched(const app::BackupResult& result) {
  return result.added + result.changed + result.moved + result.shrunk;
}

std::string headline(const app::BackupResult& result, bool dry_run) {
  const std::string files = counted(files_touched(result), "file");
  const std::uint64_t sessions = sessions_touched(result);
  const char* verb = dry_run ? "Would back up" : "Backed up";
  if (files_touched(result) == 0) return dry_run ? "Would back up nothing" : "Recorded deletions only";
  if (sessions == 0) return fmt::format("{} {}", verb, files);
  return fmt::format("{} {} ({}), {}", verb, counted(sessions, "session"), joined(session_parts(result)),
                     files);
}

std::string commit_line(const Screen& screen, const char* name, const std::optional<Oid>& commit) {
  if (!commit) return {};
  return fmt::format("  {} {}\n", screen.paint(Tone::dim, pad_right(name, 9)), commit->hex().substr(0, 10));
}

std::string change_lines(const app::BackupResult& result, const Screen& screen) {
  std::vector<std::vector<Cell>> rows;
  const bool several = result.roots.size() > 1;
  for (const app::BackedUpChange& change : result.changes) {
    const bool gone = change.op == ChangeOp::remove || change.op == ChangeOp::shrink;
    rows.push_back(
        {{"  " + std::string(to_string(change.op)), gone ? Tone::bad : Tone::good},
         {change.op == ChangeOp::remove ? "" : format_bytes(change.size)},
         {several ? with_tilde(result.roots.at(change.root).directory + "/" + change.path) : change.path}});
  }
  std::string out;
  for (const std::string& line :
       lay_out({{}, {"", true}, {"", false, Column::Cut::start, 20}}, rows, screen.columns, screen.paint))
    out += line + "\n";
  for (const std::string& path : result.secrets)
    out += "  " + screen.paint(Tone::dim, "secret, never stored: " + printable(path)) + "\n";
  return out;
}

/// What a person must not miss: content that became less.
std::string losses(const app::BackupResult& result, const Screen& screen) {
  std::string out;
  if (result.sessions_deleted > 0)
    out += fmt::format("  {} gone from disk; kept in the store ('csb list --deleted only')\n",
                       counted(result.sessions_deleted, "session"));
  if (result.shrunk > 0)
    out += fmt::format(
        "  {}\n",
        screen.paint(Tone::warning, counted(result.shrunk, "file") +
                                        " became smaller; the longer versions are kept ('csb log ID')"));
  return out;
}

struct Tally {
  std::uint64_t written = 0, bytes = 0, unchanged = 0, refused = 0;
};

Tally tally_of(const app::RestoredSession& session) {
  Tally tally;
  for (const app::RestoredFile& file : session.files) {
    switch (file.outcome) {
      case Outcome::restored:
        ++tally.written, tally.bytes += file.size;
        break;
      case Outcome::unchanged:
        ++tally.unchanged;
        break;
      default:
        ++tally.refused;
    }
  }
  return tally;
}

std::string session_headline(const app::RestoredSession& session, const Tally& tally, bool dry_run,
                             const Screen& screen) {
  const std::string title =
      session.title.empty() ? (session.source == "claude.ai" ? "chat" : "session") : printable(session.title);
  const std::string name = fmt::format("{} ({})", screen.paint(Tone::bold, title), session.id.brief());
  std::string out;
  if (tally.written > 0) {
    out = fmt::format("{} {}: {}, {}", dry_run ? "Would restore" : "Restored", name,
                      counted(tally.written, "file"), format_bytes(tally.bytes));
  } else {
    out = fmt::format("{} {}", tally.refused > 0 ? "Did not restore" : "Nothing to restore of", name);
  }
  if (tally.unchanged > 0) out += fmt::format("; {} there already", counted(tally.unchanged, "file"));
  if (session.versions > 1) out += fmt::format("; version {} of {}", session.version, session.versions);
  return out + "\n";
}

const char* word_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::restored:
      return "write";
    case Outcome::unchanged:
      return "same";
    case Outcome::kept:
      return "kept";
    case Outcome::refused:
      return "refused";
    case Outcome::failed:
      return "failed";
  }
  return "failed";
}

std::string restored_session(const app::RestoredSession& session, bool dry_run, const Screen& screen) {
  const auto line = [](const std::string& name, const std::string& value) {
    return "  " + name + std::string(10 - std::min<std::size_t>(10, name.size()), ' ') + value + "\n";
  };
  const Tally tally = tally_of(session);
  std::string out = session_headline(session, tally, dry_run, screen);
  out += line("into", printable(with_tilde(session.directory)));
  for (const app::RestoredFile& file : session.files) {
    if (file.outcome == Outcome::unchanged || (file.outcome == Outcome::restored && !dry_run)) continue;
    const std::string path = printable(file.path);
    if (file.outcome == Outcome::restored) {
      out += line(word_of(file.outcome), fmt::format("{:>7}  {}", format_bytes(file.size), path));
    } else {
      out += line(word_of(file.outcome), screen.paint(Tone::bad, path + ": " + printable(file.reason)));
    }
  }
  for (const std::string& note : session.notes) out += line("note", printable(note));
  if (!dry_run && session.source != "claude.ai" && tally.written + tally.unchanged > 0)
    out += line("go on",
                screen.paint(Tone::accent, printable(resume_command(session.resume_directory, session.id))));
  return out;
}

}  // namespace

std::string render(const app::BackupResult& result, bool dry_run, const Screen& screen) {
  const std::string time = duration(result.ended_ns - result.started_ns);
  if (files_touched(result) + result.deleted == 0) {
    const char* lead = result.incomplete() ? "Nothing else to back up" : "Nothing to back up";
    return fmt::format("{}: {} unchanged ({})\n", lead, counted(result.files_seen, "file"), time);
  }
  std::string out = screen.paint(Tone::bold, headline(result, dry_run));
  if (dry_run) return out + "\n" + change_lines(result, screen);
  out += fmt::format("\n  {} read, {} stored, {}\n", format_bytes(result.bytes_read),
                     format_bytes(result.bytes_written), time);
  out += losses(result, screen);
  if (!result.noise_commit && !result.user_commit)
    out += "  " +
           screen.paint(Tone::bad,
                        "Only the catalogue was brought up to date: nothing was stored, nothing is safer.") +
           "\n";
  if (result.roots.size() == 1)
    return out + commit_line(screen, "sessions", result.noise_commit) +
           commit_line(screen, "settings", result.user_commit);
  for (const app::BackedUpRoot& root : result.roots) {
    if (!root.noise_commit && !root.user_commit) continue;
    out += "  " + printable(with_tilde(root.directory)) + "\n";
    if (root.noise_commit) out += "  " + commit_line(screen, "sessions", root.noise_commit);
    if (root.user_commit) out += "  " + commit_line(screen, "settings", root.user_commit);
  }
  return out;
}

std::string render(const app::RestoreResult& result, bool dry_run, const Screen& screen) {
  std::string out;
  for (const app::RestoredSession& session : result.sessions)
    out += restored_session(session, dry_run, screen);
  return out;
}

std::string render(const archive::MaintainReport& report, const Screen&) {
  std::string out = report.packs_before == report.packs_after
                        ? fmt::format("Nothing to merge: {}, {}\n", counted(report.packs_after, "pack"),
                                      format_bytes(report.bytes_after))
                        : fmt::format("Merged {} into {}: {}, before {}\n",
                                      counted(report.packs_before, "pack"), grouped(report.packs_after),
                                      format_bytes(report.bytes_after), format_bytes(report.bytes_before));
  if (report.leavings > 0)
    out += fmt::format("Removed {} of killed runs\n", counted(report.leavings, "leaving"));
  return out;
}

}  // namespace csb::cli
