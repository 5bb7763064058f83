#include "csb/app/roster.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <utility>

#include "csb/app/sets.hpp"
#include "csb/app/versions.hpp"
#include "csb/source/claude_code/config_dir.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/restarts.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::int64_t kWindow = kNsPerDay / 2;
/// A client writes its last rows, and a registry entry, a little after the machine began to go down.
constexpr std::int64_t kGrace = 60 * kNsPerSecond;

/// N of "last~N"; 0 for "last"; nothing for anything else.
std::optional<std::size_t> restarts_back(std::string_view name) {
  if (name == "last") return 0;
  if (!name.starts_with("last~")) return std::nullopt;
  const std::string_view digits = name.substr(5);
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), n);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return n;
}

bool is_date(std::string_view name) {
  if (name.size() != 10 || name[4] != '-' || name[7] != '-') return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return (c >= '0' && c <= '9') || c == '-'; });
}

std::string wtmp_of(const RosterOptions& options) {
  if (!options.wtmp.empty()) return options.wtmp;
  const char* asked = std::getenv("CSB_WTMP");  // NOLINT(concurrency-mt-unsafe): before any thread is started
  return asked != nullptr ? asked : "";
}

class RosterReader {
 public:
  RosterReader(const Settings& settings, const catalogue::Catalogue& catalogue, const RosterOptions& options)
      : settings_(settings), catalogue_(catalogue), options_(options) {}

  Roster read(const std::string& name) {
    roster_.name = name;
    if (name == "current") {
      current();
    } else if (name == "boot") {
      since_start();
    } else if (const auto back = restarts_back(name)) {
      before_restart(*back);
    } else if (is_date(name)) {
      day(name);
    } else {
      set(name);
    }
    return std::move(roster_);
  }

 private:
  /// What the clients of all Claude directories have registered.
  [[nodiscard]] std::vector<claude_code::RegisteredSession> registered() const {
    auto all = claude_code::registered_sessions(settings_.claude_dir);
    for (const std::string& directory : settings_.more_claude_dirs)
      for (auto& session : claude_code::registered_sessions(directory)) all.push_back(std::move(session));
    return all;
  }

  void current() {
    roster_.explanation = "open in a running client";
    for (const auto& open : registered())
      if (open.alive) add(open.session_id, Presence::open, open.started_ns);
  }

  void since_start() {
    const Restart start = restart(0);
    span(start.up_ns, now_ns(), "since the machine started, " + format_local(start.up_ns));
    for (const auto& open : registered())
      if (open.alive) add(open.session_id, Presence::open, open.started_ns);
    add_active();
  }

  void before_restart(std::size_t back) {
    const Restart found = restart(back);
    const std::int64_t down = found.down_ns != 0 ? found.down_ns : found.up_ns;
    const std::int64_t window = options_.window_ns > 0 ? options_.window_ns : kWindow;
    span(down - window, down + kGrace,
         fmt::format("before the machine {} {}", found.clean ? "was shut down," : "went down, by",
                     format_local(down)));
    if (back == 0)
      for (const auto& open : registered())
        if (!open.alive && open.started_ns > 0 && open.started_ns <= found.up_ns &&
            open.seen_ns >= down - window)
          add(open.session_id, Presence::left_open, open.started_ns);
    add_active();
  }

  void day(const std::string& name) {
    const auto start = parse_time(name, now_ns());
    if (!start) throw Error(ErrorCode::usage, fmt::format("'{}' is no date", name));
    span(*start, *start + kNsPerDay, "on " + name);
    add_active();
  }

  void set(const std::string& name) {
    const std::vector<SessionSet> sets = read_sets(settings_);
    const auto found =
        std::find_if(sets.begin(), sets.end(), [&](const SessionSet& s) { return s.name == name; });
    if (found == sets.end()) {
      std::string names;
      for (const SessionSet& s : sets) names += (names.empty() ? "" : ", ") + s.name;
      throw Error(ErrorCode::not_found, fmt::format("there is no set '{}'", printable(name)),
                  (names.empty() ? std::string("no set was made yet") : "sets: " + names) +
                      "; by time: current, boot, last, last~1, 2026-11-20");
    }
    roster_.is_set = true;
    roster_.explanation = "made " + format_local(found->created_ns);
    if (!found->machine.empty()) roster_.explanation += " on " + found->machine;
    if (!found->from.empty()) roster_.explanation += " of '" + found->from + "'";
    for (const SetMember& member : found->members)
      add(member.session.text(), Presence::member, member.added_ns);
  }

  void span(std::int64_t from, std::int64_t until, std::string explanation) {
    roster_.from_ns = from;
    roster_.until_ns = until;
    roster_.explanation = std::move(explanation);
  }

  [[nodiscard]] Restart restart(std::size_t back) const {
    const std::vector<Restart> all = restarts_or_boots(wtmp_of(options_));
    if (back < all.size()) return all[back];
    throw Error(ErrorCode::not_found,
                all.empty() ? "no restart of this machine is on record"
                            : fmt::format("only {} restarts of this machine are on record", all.size()),
                "name a day instead, such as 2026-11-20");
  }

  /// Who has rows of that time, latest first, behind those that are there already.
  void add_active() {
    struct Latest {
      SessionId session;
      std::int64_t at_ns;
    };
    std::vector<Latest> latest;
    for (const catalogue::SegmentRow& row : catalogue_.activity(roster_.from_ns, roster_.until_ns)) {
      const std::int64_t at = std::min(row.segment.end_ns, roster_.until_ns);
      const auto known = std::find_if(latest.begin(), latest.end(),
                                      [&](const Latest& l) { return l.session == row.session; });
      if (known == latest.end()) {
        latest.push_back({row.session, at});
      } else {
        known->at_ns = std::max(known->at_ns, at);
      }
    }
    std::stable_sort(latest.begin(), latest.end(),
                     [](const Latest& a, const Latest& b) { return a.at_ns > b.at_ns; });
    for (const Latest& one : latest) add(one.session.text(), Presence::active, one.at_ns);
  }

  void add(const std::string& text, Presence presence, std::int64_t at_ns) {
    const auto id = SessionId::parse(text);
    if (!id) return;  // a registry of another kind of client
    const auto known = std::find_if(roster_.entries.begin(), roster_.entries.end(),
                                    [&](const RosterEntry& entry) { return entry.id == id->text(); });
    if (known != roster_.entries.end()) return;
    roster_.entries.push_back({id->text(), catalogue_.session(*id), presence, at_ns});
  }

  const Settings& settings_;
  const catalogue::Catalogue& catalogue_;
  const RosterOptions& options_;
  Roster roster_;
};

}  // namespace

std::string_view to_string(Presence presence) {
  switch (presence) {
    case Presence::open:
      return "open";
    case Presence::left_open:
      return "left open";
    case Presence::active:
      return "active";
    case Presence::member:
      return "member";
  }
  return "";
}

bool is_view(std::string_view name) {
  return name == "current" || name == "boot" || restarts_back(name) || is_date(name);
}

Roster roster(const Settings& settings, const catalogue::Catalogue& catalogue, const std::string& name,
              const RosterOptions& options) {
  return RosterReader(settings, catalogue, options).read(name);
}

std::optional<RosterToken> parse_roster_token(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  RosterToken token{std::string(text.substr(0, colon)), 0};
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), token.number);
  if (error != std::errc() || end != digits.data() + digits.size() || token.number == 0) return std::nullopt;
  if (!is_view(token.name) && !is_set_name(token.name)) return std::nullopt;
  return token;
}

catalogue::Session resolve_session(const Settings& settings, const catalogue::Catalogue& catalogue,
                                   std::string_view text) {
  const auto token = parse_roster_token(text);
  if (!token || !catalogue.resolve(text).empty()) return resolve_session(catalogue, text);
  Roster found = roster(settings, catalogue, token->name);
  if (token->number > found.entries.size())
    throw Error(ErrorCode::not_found,
                fmt::format("'{}' has {} sessions, not {}", token->name, found.entries.size(), token->number),
                fmt::format("'csb set {}' shows them", token->name));
  RosterEntry& entry = found.entries[token->number - 1];
  if (!entry.session)
    throw Error(ErrorCode::not_found, fmt::format("'{}' is {}, which is not in the archive", text, entry.id),
                "run csb backup");
  return *std::move(entry.session);
}

}  // namespace csb::app
