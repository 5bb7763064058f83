#include "backup_commit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <iterator>
#include <set>
#include <string_view>

#include "csb/model/rel_path.hpp"
#include "csb/util/parallel.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kNamesInMessage = 20;

bool is_removal(const Edit& edit) { return edit.change.op == ChangeOp::remove; }

/// An addition in `paths` lies beneath `path`, or has its place in the middle of its own path.
bool takes_the_place(const std::set<std::string_view>& paths, std::string_view path) {
  for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above))
    if (paths.contains(above)) return true;
  const std::string inside = std::string(path) + "/";
  const auto beneath = paths.lower_bound(inside);
  return beneath != paths.end() && beneath->starts_with(inside);
}

/// Ids only: what was said in a session is nobody's business who reads the log.
std::string names(const std::vector<const Edit*>& edits) {
  std::string text;
  std::size_t named = 0;
  const auto fates = session_fates(edits);
  for (const auto& [id, fate] : fates) {
    if (++named > kNamesInMessage) {
      text += fmt::format("and {} more\n", fates.size() - kNamesInMessage);
      break;
    }
    text += id.text() + "\n";
  }
  return text.empty() ? text : "\n\n" + text;
}

archive::TreeEdit tree_edit(const Edit& edit) {
  archive::TreeEdit entry;
  entry.path = edit.change.path;
  if (!edit.state) return entry;
  entry.mode = edit.state->stamp.mode;
  entry.slices = edit.state->slices;
  return entry;
}

archive::CommitRequest request_for(const Root& target, const std::vector<const Edit*>& edits,
                                   std::int64_t time_ns) {
  archive::CommitRequest request;
  request.branch = target.branch;
  request.root = target.directory;
  request.message =
      edits.empty() ? "Record nested repositories" : "Back up " + summarize(edits) + names(edits);
  request.time_ns = time_ns;
  // Removals first: what a removed directory's name becomes next is in the same request.
  for (const bool removals : {true, false})
    for (const Edit* edit : edits)
      if (is_removal(*edit) == removals) request.edits.push_back(tree_edit(*edit));
  for (const Edit* edit : edits) request.changes.push_back(edit->change);
  return request;
}

}  // namespace

std::map<SessionId, SessionFate> session_fates(const std::vector<const Edit*>& edits) {
  std::map<SessionId, SessionFate> fates;
  for (const Edit* edit : edits) {
    if (!edit->session) continue;
    SessionFate fate = SessionFate::changed;
    if (edit->is_transcript) {
      if (edit->is_move) {
        fate = SessionFate::moved;
      } else if (edit->change.op == ChangeOp::add) {
        fate = SessionFate::added;
      } else if (edit->change.op == ChangeOp::shrink) {
        fate = SessionFate::shrunk;
      } else if (is_removal(*edit)) {
        fate = SessionFate::removed;
      }
    }
    const auto [entry, is_new] = fates.emplace(*edit->session, fate);
    if (!is_new && entry->second == SessionFate::changed) entry->second = fate;
  }
  return fates;
}

std::vector<const Edit*> all_of(const std::vector<Edit>& edits) {
  std::vector<const Edit*> all;
  all.reserve(edits.size());
  for (const Edit& edit : edits) all.push_back(&edit);
  return all;
}

std::string summarize(const std::vector<const Edit*>& edits) {
  std::map<SessionFate, std::size_t> counts;
  const auto fates = session_fates(edits);
  for (const auto& [id, fate] : fates) ++counts[fate];
  if (fates.empty()) return fmt::format("{} file{}", edits.size(), edits.size() == 1 ? "" : "s");
  static constexpr std::pair<SessionFate, const char*> kWords[] = {{SessionFate::added, "new"},
                                                                   {SessionFate::changed, "changed"},
                                                                   {SessionFate::shrunk, "shrunk"},
                                                                   {SessionFate::moved, "moved"},
                                                                   {SessionFate::removed, "deleted"}};
  std::string text;
  for (const auto& [fate, word] : kWords)
    if (counts[fate] > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", counts[fate], word);
  return fmt::format("{} session{}: {}", fates.size(), fates.size() == 1 ? "" : "s", text);
}

std::vector<PathClass> commit_classes(const std::vector<Edit>& edits) {
  std::set<std::string_view> first;  // what the noise commit adds
  for (const Edit& edit : edits)
    if (!is_removal(edit) && edit.path_class != PathClass::user) first.insert(edit.change.path);
  std::vector<PathClass> classes;
  for (const Edit& edit : edits) {
    const bool is_user = edit.path_class == PathClass::user;
    const bool yields = is_user && is_removal(edit) && takes_the_place(first, edit.change.path);
    classes.push_back(is_user && !yields ? PathClass::user : PathClass::noise);
  }
  return classes;
}

std::string foreign_lines(const std::vector<scan::ForeignRepository>& repositories) {
  std::string lines;
  const auto field = [](const char* name, const std::string& value) {
    return is_valid_utf8(value) ? fmt::format("\"{}\":\"{}\"", name, json_escape(value))
                                : fmt::format("\"{}_b64\":\"{}\"", name, base64_encode(value));
  };
  for (const scan::ForeignRepository& repository : repositories)
    lines += fmt::format("{{{},{},{}}}\n", field("path", repository.path), field("url", repository.url),
                         field("commit", repository.commit));
  return lines;
}

std::string foreign_note(const std::string& branch) { return "foreign " + branch; }

Commits commit_changes(archive::Transaction& transaction, const Root& target, const ChangeSet& changes,
                       std::int64_t time_ns) {
  Commits made;
  const auto classes = commit_classes(changes.edits);
  std::vector<const Edit*> noise, user;
  for (std::size_t i = 0; i < changes.edits.size(); ++i)
    (classes[i] == PathClass::user ? user : noise).push_back(&changes.edits[i]);
  if (!noise.empty() || changes.foreign) {
    auto request = request_for(target, noise, time_ns);
    request.foreign = changes.foreign;
    made.noise = transaction.commit(request);
  }
  if (!user.empty()) made.user = transaction.commit(request_for(target, user, time_ns));
  return made;
}

Storing::Storing(archive::Transaction& transaction, const Root& target, const ChangeSet& changes,
                 std::int64_t time_ns)
    : commits_(made_.get_future()), written_(run_beside([this, &transaction, &target, &changes, time_ns] {
        try {
          made_.set_value(commit_changes(transaction, target, changes, time_ns));
        } catch (...) {
          made_.set_exception(std::current_exception());
          throw;
        }
        return transaction.finish();
      })) {}

void count_changes(const ChangeSet& changes, BackupResult& result) {
  for (const Edit& edit : changes.edits) {
    result.changes.push_back({edit.change, 0});
    if (edit.is_move) {
      result.moved += is_removal(edit) ? 0 : 1;
      continue;
    }
    switch (edit.change.op) {
      case ChangeOp::add:
        ++result.added;
        break;
      case ChangeOp::grow:
      case ChangeOp::rewrite:
        ++result.changed;
        break;
      case ChangeOp::shrink:
        ++result.shrunk;
        break;
      case ChangeOp::remove:
        ++result.deleted;
        break;
    }
  }
  for (const auto& [id, fate] : session_fates(all_of(changes.edits))) {
    switch (fate) {
      case SessionFate::added:
        ++result.sessions_added;
        break;
      case SessionFate::changed:
        ++result.sessions_changed;
        break;
      case SessionFate::shrunk:
        ++result.sessions_shrunk;
        break;
      case SessionFate::moved:
        ++result.sessions_moved;
        break;
      case SessionFate::removed:
        ++result.sessions_deleted;
        break;
    }
  }
}

}  // namespace csb::app
