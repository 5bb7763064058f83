#include "csb/app/sets.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "csb/app/branches.hpp"
#include "csb/app/roster.hpp"
#include "csb/archive/transaction.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::string_view kFirstLine = "csb set 1";
constexpr std::size_t kMostBytes = std::size_t{4} << 20;
constexpr std::chrono::milliseconds kPatience{10'000};

std::string branch_of(const Settings& settings) {
  return "refs/heads/" + settings.machine + "/" + kSetsBranch;
}

/// "laptop" of "refs/heads/laptop/sets" or "refs/remotes/origin/laptop/sets".
std::string machine_of(const std::string& ref) { return std::string(base_name(parent_path(ref))); }

[[noreturn]] void refuse(const std::string& name, const std::string& why) {
  throw Error(ErrorCode::failed, fmt::format("the set '{}' cannot be read: {}", printable(name), why),
              "its earlier versions are in the store: git log and git show on the branch that ends in /sets");
}

std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

std::optional<archive::Store> open_store(const Settings& settings) {
  try {
    return archive::Store::open(settings.store);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    return std::nullopt;
  }
}

/// One change of one set, as a commit on this machine's branch of sets.
void commit(archive::Store& store, const Settings& settings, const std::string& message,
            archive::TreeEdit edit, Change change, std::string_view text) {
  archive::Transaction transaction(store, kPatience);
  if (edit.mode != 0) edit.slices = {transaction.add_slice(as_bytes(text)).slice};
  archive::CommitRequest request;
  request.branch = branch_of(settings);
  request.message = message;
  request.time_ns = now_ns();
  request.edits.push_back(std::move(edit));
  request.changes.push_back(std::move(change));
  if (transaction.commit(request)) transaction.finish();
}

std::optional<archive::StoredEntry> stored_set(const archive::Store& store, const Settings& settings,
                                               const std::string& name) {
  const auto tip = store.tip(branch_of(settings));
  return tip ? store.find(*tip, name) : std::nullopt;
}

}  // namespace

void SessionSet::add(SessionId session, std::int64_t now) {
  const bool known = std::any_of(members.begin(), members.end(),
                                 [&](const SetMember& member) { return member.session == session; });
  if (!known) members.push_back({std::move(session), now});
}

bool is_set_name(std::string_view name) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  if (name.empty() || name.size() > 64 || !is_plain(name.front())) return false;
  const bool spelled = std::all_of(name.begin(), name.end(),
                                   [&](char c) { return is_plain(c) || c == '.' || c == '_' || c == '-'; });
  static constexpr std::string_view kTaken[] = {"set", "new", "list",   "show",
                                                "add", "rm",  "forget", "import"};
  return spelled && std::find(std::begin(kTaken), std::end(kTaken), name) == std::end(kTaken) &&
         !is_view(name);
}

std::string to_text(const SessionSet& set) {
  std::string text = fmt::format("{}\ncreated {}\n", kFirstLine, format_rfc3339(set.created_ns));
  if (!set.from.empty()) text += "from " + set.from + "\n";
  for (const SetMember& member : set.members)
    text += fmt::format("session {} {}\n", member.session.text(), format_rfc3339(member.added_ns));
  return text;
}

SessionSet parse_set(const std::string& name, std::string_view text) {
  SessionSet set;
  set.name = name;
  if (const auto first = take_line(text); first != kFirstLine)
    refuse(name, first.starts_with("csb set ") ? "a newer csb wrote it" : "it is no set of csb's");
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const auto space = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, space);
    const std::string_view value = line.substr(std::min(space + 1, line.size()));
    if (key == "created") {
      set.created_ns = parse_rfc3339(value).value_or(0);
    } else if (key == "from") {
      set.from = value;
    } else if (key == "session") {
      const auto end = std::min(value.find(' '), value.size());
      auto id = SessionId::parse(value.substr(0, end));
      if (!id) refuse(name, fmt::format("'{}' is no session's id", printable(value.substr(0, end))));
      const auto added = parse_rfc3339(value.substr(std::min(end + 1, value.size())));
      set.members.push_back({*std::move(id), added.value_or(0)});
    }  // another key: a later csb's, which it wrote knowing that this one passes over it
  }
  return set;
}

std::vector<SessionSet> read_sets(const Settings& settings) {
  std::vector<SessionSet> sets;
  const auto store = open_store(settings);
  if (!store) return sets;
  const std::string own = branch_of(settings);
  auto branches = sets_branches(*store);
  std::stable_partition(branches.begin(), branches.end(),
                        [&](const archive::Branch& branch) { return branch.ref == own; });
  for (const archive::Branch& branch : branches) {
    store->for_each_file(branch.tip, "", [&](const archive::StoredEntry& entry) {
      const bool known = std::any_of(sets.begin(), sets.end(),
                                     [&](const SessionSet& set) { return set.name == entry.path; });
      if (known || !is_set_name(entry.path) || entry.kind != archive::StoredEntry::Kind::file) return;
      SessionSet set = parse_set(entry.path, store->read_text(entry, kMostBytes));
      if (branch.ref != own) set.machine = machine_of(branch.ref);
      sets.push_back(std::move(set));
    });
  }
  return sets;
}

void write_set(const Settings& settings, const SessionSet& set) {
  if (!is_set_name(set.name))
    throw Error(
        ErrorCode::usage, fmt::format("'{}' cannot be a set's name", printable(set.name)),
        "letters, digits, '.', '_' and '-', beginning with a letter or digit; words such as last, boot "
        "and current stand for something already");
  auto store = open_store(settings);
  if (!store)
    throw Error(ErrorCode::not_found, "there is no store yet",
                "run csb backup: nothing has been archived yet");
  const std::string text = to_text(set);
  archive::TreeEdit edit;
  edit.path = set.name;
  edit.mode = S_IFREG | 0600U;
  Change change;
  change.path = set.name;
  change.op = stored_set(*store, settings, set.name) ? ChangeOp::rewrite : ChangeOp::add;
  change.size = text.size();
  change.mtime_ns = now_ns();
  change.mode = edit.mode;
  commit(*store, settings, "Keep the set " + set.name, std::move(edit), std::move(change), text);
}

bool forget_set(const Settings& settings, const std::string& name) {
  auto store = open_store(settings);
  if (!store || !is_set_name(name) || !stored_set(*store, settings, name)) return false;
  archive::TreeEdit edit;
  edit.path = name;
  Change change;
  change.path = name;
  change.op = ChangeOp::remove;
  commit(*store, settings, "Forget the set " + name, std::move(edit), std::move(change), {});
  return true;
}

}  // namespace csb::app
