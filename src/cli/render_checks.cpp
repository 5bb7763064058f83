#include <fmt/format.h>

#include <algorithm>

#include "csb/cli/render.hpp"
#include "csb/cli/table.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

/// More than this many lines of one kind are summed up.
constexpr std::size_t kListed = 20;

std::string row(const Screen& screen, std::string_view name, const std::string& value) {
  return screen.paint(Tone::dim, pad_right(name, 11)) + "  " + value + "\n";
}

const char* word_of(app::PendingChange::Kind kind) {
  using Kind = app::PendingChange::Kind;
  switch (kind) {
    case Kind::added:
      return "new";
    case Kind::changed:
      return "changed";
    case Kind::shrunk:
      return "shrunk";
    case Kind::moved:
      return "moved";
    case Kind::deleted:
      return "deleted";
  }
  return "changed";
}

std::string last_backup(const app::StatusResult& result, const Screen& screen) {
  if (!result.last_backup) return screen.paint(Tone::bad, "never");
  const catalogue::RunRecord& run = *result.last_backup;
  std::string text =
      fmt::format("{} ({})", format_local(run.ended_ns), format_relative(run.ended_ns, screen.now));
  if (!run.summary.empty()) text += ": " + printable(run.summary);
  return run.exit_status == 0
             ? text
             : text + " " + screen.paint(Tone::bad, fmt::format("[exit status {}]", run.exit_status));
}

/// Paths alone do not say where a file is.
bool has_several_roots(const app::StatusResult& result) {
  return std::count_if(result.roots.begin(), result.roots.end(),
                       [](const app::RootStatus& root) { return !root.path.empty(); }) > 1;
}

std::string pending_lines(const app::StatusResult& result, const Screen& screen) {
  const bool several = has_several_roots(result);
  std::vector<std::vector<Cell>> rows;
  for (const app::PendingChange& change : result.pending) {
    if (screen.columns && rows.size() == kListed && result.pending.size() > kListed + 1) break;
    const bool gone =
        change.kind == app::PendingChange::Kind::deleted || change.kind == app::PendingChange::Kind::shrunk;
    rows.push_back({{"  " + std::string(word_of(change.kind)), gone ? Tone::bad : Tone::warning},
                    {change.kind == app::PendingChange::Kind::deleted ? "" : format_bytes(change.size)},
                    {several ? with_tilde(change.root + "/" + change.path) : change.path}});
  }
  std::string out;
  for (const std::string& line :
       lay_out({{}, {"", true}, {"", false, Column::Cut::start, 20}}, rows, screen.columns, screen.paint))
    out += line + "\n";
  if (rows.size() < result.pending.size())
    out += fmt::format("  and {} more ('csb backup --dry-run' lists them)\n",
                       grouped(result.pending.size() - rows.size()));
  return out;
}

/// "projects/…: it is missing  (01560e465e)".
std::string fault_lines(const std::vector<archive::Fault>& faults, const Screen& screen) {
  std::string out;
  for (const archive::Fault& fault : faults) {
    const bool is_oid = Oid::parse(fault.object).has_value();
    const std::string object = printable(is_oid ? fault.object.substr(0, 10) : fault.object);
    const std::string where = printable(fault.where.empty() ? fault.object : with_tilde(fault.where));
    out += "  " + screen.paint(Tone::bad, where) + ": " + printable(fault.what);
    if (!fault.where.empty()) out += screen.paint(Tone::dim, "  (" + object + ")");
    out += "\n";
  }
  return out;
}

std::string repair_lines(const app::VerifyResult& result, const Screen& screen) {
  std::string out;
  if (result.repair) {
    for (const std::string& path : result.repair->set_aside) out += "  set aside  " + printable(path) + "\n";
    out += fmt::format("Repair: {} written anew, {} lost\n", counted(result.repair->recovered, "object"),
                       grouped(result.repair->lost.size()));
    for (const std::string& branch : result.repair->rewound)
      out +=
          "  " + printable(branch) + ": its newest commits are lost; the next backup stores all files anew\n";
    for (const Oid& oid : result.repair->lost)
      out += "  " + screen.paint(Tone::bad, "lost  " + oid.hex()) + "\n";
  }
  if (result.marked > 0)
    out += fmt::format("The next backup reads {} again\n", counted(result.marked, "file"));
  return out;
}

std::string verdict_text(const app::PolicyResult& result) {
  switch (result.path_class) {
    case PathClass::noise:
      return "stored, with the sessions";
    case PathClass::user:
      return "stored, in a commit of its own";
    case PathClass::secret:
      return "never stored";
    case PathClass::foreign:
      return "recorded as url and commit; its content is not stored";
    case PathClass::skip:
      return "not stored";
    case PathClass::unknown:
      return "not stored, but reported once";
  }
  return "not stored";
}

}  // namespace

std::string render(const app::StatusResult& result, const Screen& screen) {
  std::string out;
  for (const app::RootStatus& root : result.roots)
    out += row(screen, "root",
               printable(root.path.empty() ? "(elsewhere)" : with_tilde(root.path)) +
                   screen.paint(Tone::dim, "  " + printable(root.branch)) +
                   (root.here || root.path.empty() ? "" : "  " + screen.paint(Tone::bad, "not there")));
  out += row(screen, "store",
             printable(with_tilde(result.store)) +
                 (result.store_exists ? fmt::format("  {}", format_bytes(result.store_bytes))
                                      : "  " + screen.paint(Tone::bad, "does not exist yet")));
  out += row(screen, "last backup", last_backup(result, screen));
  out += row(screen, "sessions",
             fmt::format("{} present, {} deleted and kept in the store",
                         grouped(result.totals.sessions_present), grouped(result.totals.sessions_deleted)));
  out +=
      row(screen, "on disk",
          fmt::format("{}, {}; {} stored", counted(result.totals.files_present, "file"),
                      format_bytes(result.totals.bytes_present), counted(result.totals.versions, "version")));
  std::string sweep = result.retention.days ? fmt::format("after {} days ({})", *result.retention.days,
                                                          printable(with_tilde(result.retention.origin)))
                                            : std::string("paused");
  if (result.swept_within_week > 0)
    sweep += fmt::format("; {} within a week", counted(result.swept_within_week, "session"));
  out += row(screen, "sweep", sweep);
  if (result.open_sessions > 0) out += row(screen, "open now", counted(result.open_sessions, "session"));
  for (const app::InspectedSession& session : result.diminished)
    out += row(screen, "diminished",
               fmt::format("{}  {} ({})", session.session.id.brief(), printable(title_of(session.session)),
                           to_string(session.session.last_op.value_or(ChangeOp::rewrite))));
  if (!result.compared) return out;
  if (result.pending.empty())
    return out + row(screen, "waiting", screen.paint(Tone::good, "nothing: all is stored as it is"));
  out += row(screen, "waiting",
             screen.paint(Tone::warning, counted(result.pending.size(), "path") + " not as stored") + ":");
  return out + pending_lines(result, screen);
}

std::string render(const std::vector<app::PolicyResult>& results, const Screen& screen) {
  std::string out;
  for (const app::PolicyResult& result : results) {
    if (!out.empty()) out += "\n";
    const bool directory = result.kind == app::PolicyResult::Kind::directory;
    out += screen.paint(Tone::bold, printable(result.path.empty() ? "." : result.path) +
                                        (directory && !result.path.empty() ? "/" : ""));
    if (result.kind == app::PolicyResult::Kind::missing) out += screen.paint(Tone::dim, "  (does not exist)");
    out += "\n  " +
           row(screen, "class", std::string(to_string(result.path_class)) + ": " + verdict_text(result));
    if (!result.rule.empty())
      out += "  " + row(screen, "rule",
                        printable(result.rule) +
                            (result.decided_by.empty()
                                 ? ""
                                 : "  (by its directory " + printable(result.decided_by) + "/)"));
    out += "  " + row(screen, "because", printable(result.reason));
    if (result.session) out += "  " + row(screen, "session", result.session->text());
  }
  return out;
}

std::string render(const app::RebuildResult& result, const Screen& screen) {
  std::string out =
      fmt::format("{}: {}, {}, from {} in {}\n",
                  result.had_catalogue ? "The catalogue was rebuilt" : "The catalogue was built",
                  counted(result.sessions, "session"), counted(result.deleted_sessions, "deleted one"),
                  counted(result.versions, "stored version"), counted(result.branches, "branch", "branches"));
  if (!result.set_aside.empty())
    out += row(screen, "damaged", "the old one is kept as " + printable(with_tilde(result.set_aside)));
  return out;
}

std::string render(const app::VerifyResult& result, const Screen& screen) {
  std::string out = fmt::format("Store: {}, {}, {}, {}: {}\n", counted(result.store.packs, "pack"),
                                counted(result.store.objects, "object"),
                                counted(result.store.commits, "commit"), format_bytes(result.store.bytes),
                                result.store.faults.empty()
                                    ? screen.paint(Tone::good, "sound")
                                    : screen.paint(Tone::bad, counted(result.store.faults.size(), "fault")));
  out += fault_lines(result.store.faults, screen);
  if (result.live) {
    out += fmt::format("Disk: {} as stored", counted(result.live->equal, "file"));
    if (result.live->changed > 0)
      out += fmt::format(", {} changed since the last backup", grouped(result.live->changed));
    if (result.live->gone > 0) out += fmt::format(", {} gone from disk", grouped(result.live->gone));
    out += "\n" + fault_lines(result.live->faults, screen);
  }
  if (result.sample) {
    out += fmt::format("Trial restore: {} of {}\n", counted(result.sample->files, "file"),
                       counted(result.sample->sessions.size(), "session"));
    out += fault_lines(result.sample->faults, screen);
  }
  return out + repair_lines(result, screen);
}

}  // namespace csb::cli
