#include "catch_up_branch.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "session_facts.hpp"

namespace csb::app {
namespace {

/// Git records of a mode only whether the owner may execute. What another tool stored of a private
/// directory comes back private.
std::uint32_t private_mode(std::uint32_t mode) {
  if (S_ISLNK(mode)) return mode;
  return S_IFREG | ((mode & 0100U) != 0 ? 0700U : 0600U);
}

bool is_submodule(const Change& change) {
  return change.op != ChangeOp::remove && !S_ISREG(change.mode) && !S_ISLNK(change.mode);
}

}  // namespace

BranchReader::BranchReader(const catalogue::Catalogue& catalogue, catalogue::Catalogue::Update& update,
                           const archive::Store& store, const source::PathPolicy& policy, Target target)
    : catalogue_(catalogue), update_(update), store_(store), policy_(policy), target_(std::move(target)) {}

void BranchReader::read(const archive::CommitInfo& commit) {
  if (commit.by_csb) {
    for (Change& change : store_.changes(commit)) {
      const std::string tree_path = change.path;
      record(commit, std::move(change), tree_path);
    }
    return;
  }
  for (const std::string& prefix : target_.prefixes) {
    const std::string folder = prefix.empty() ? prefix : prefix.substr(0, prefix.size() - 1);
    for (Change& change : store_.changes(commit, folder)) {
      const std::string tree_path = change.path;
      if (!tree_path.starts_with(prefix) || is_submodule(change)) continue;
      change.path.erase(0, prefix.size());
      if (change.op == ChangeOp::remove && lies_elsewhere(commit, prefix, change.path)) continue;
      change.mode = change.op == ChangeOp::remove ? 0 : private_mode(change.mode);
      record(commit, std::move(change), tree_path);
    }
  }
}

/// The config directory may lie in several places of a tree, or move from one to another.
bool BranchReader::lies_elsewhere(const archive::CommitInfo& commit, const std::string& prefix,
                                  const std::string& path) const {
  return std::any_of(target_.prefixes.begin(), target_.prefixes.end(), [&](const std::string& other) {
    const auto entry = other == prefix ? std::nullopt : store_.find(commit.oid, other + path);
    return entry && (entry->kind == archive::StoredEntry::Kind::file ||
                     entry->kind == archive::StoredEntry::Kind::symlink);
  });
}

/// Everything of a session, whatever it is (restore refuses what is hostile, by name); of the rest what
/// csb itself would store.
bool BranchReader::is_wanted(const std::string& path) const {
  if (target_.source.session_of(path)) return true;
  const PathClass path_class = policy_.classify(path).path_class;
  return path_class == PathClass::noise || path_class == PathClass::user;
}

void BranchReader::record(const archive::CommitInfo& commit, Change change, const std::string& tree_path) {
  if (!commit.by_csb && !is_wanted(change.path)) return;
  const bool is_conversation = target_.source.is_conversation(change.path);
  if (is_conversation && change.op != ChangeOp::remove && !change.messages)
    count_messages(commit, change, tree_path);

  catalogue::Version version;
  version.root_id = target_.root_id;
  version.branch = target_.branch;
  version.path = change.path;
  version.session = target_.source.session_of(change.path);
  version.commit = commit.oid;
  version.commit_ns = commit.time_ns;
  version.op = change.op;
  version.size = change.size;
  version.mtime_ns = change.mtime_ns;
  version.mode = change.mode;
  version.messages = change.messages;
  version.compactions = change.compactions;
  if (tree_path != change.path) version.tree_path = tree_path;
  update_.add_version(version);
  if (version.session) sessions_.insert(*version.session);

  PathNews& news = news_[change.path];
  if (change.op != ChangeOp::grow && change.op != ChangeOp::remove) keep_history(change.path, news);
  news.present = change.op != ChangeOp::remove;
  if (!news.present) return;
  news.place = {commit.oid, tree_path, ++recorded_};
  if (change.messages.value_or(0) > 0) news.conversation = news.place;
  news.content = std::move(change);
}

/// What is about to be replaced is not in the rows to come: what was used and touched was used and touched.
void BranchReader::keep_history(const std::string& path, const PathNews& news) {
  if (!news.conversation) return;
  if (const auto content = content_at(path, *news.conversation, true))
    update_.keep_history(target_.root_id, path, content->details);
}

/// Where the writer did not count (another tool). The time of the last row is a better modification
/// time than the commit's, which is all that git has. A damaged object loses its count, not the branch.
void BranchReader::count_messages(const archive::CommitInfo& commit, Change& change,
                                  const std::string& tree_path) {
  if (!S_ISREG(change.mode)) return;
  const auto entry = store_.find(commit.oid, tree_path);
  if (!entry || entry->kind != archive::StoredEntry::Kind::file) return;
  auto& [oid, content] = parsed_[change.path];
  if (oid != entry->oid) {
    try {
      content = read_content(store_, *entry, &target_.source);
      content.details = {};  // too many to keep of every path
      oid = entry->oid;
    } catch (const Error& error) {
      report(change.path, error);
      parsed_.erase(change.path);
      return;
    }
  }
  change.messages = content.facts.messages;
  change.compactions = content.facts.compactions;
  if (!commit.by_csb && content.facts.last_ns > 0)
    change.mtime_ns = std::min(change.mtime_ns, content.facts.last_ns);
}

std::optional<StoredContent> BranchReader::content_at(const std::string& path, const Place& place,
                                                      bool parse) {
  const auto entry = store_.find(place.commit, place.tree_path);
  const bool is_file = entry && entry->kind == archive::StoredEntry::Kind::file;
  if (!is_file && (!entry || entry->kind != archive::StoredEntry::Kind::symlink)) return std::nullopt;
  try {
    return read_content(store_, *entry, parse && is_file ? &target_.source : nullptr);
  } catch (const Error& error) {
    report(path, error);
    return std::nullopt;
  }
}

/// The parser's state is that of the newest content, so that it can go on from there; the session is
/// listed by its newest content that is a conversation.
void BranchReader::add_facts(catalogue::FileState& state, const PathNews& news,
                             const std::optional<StoredContent>& newest) {
  if (newest && news.present) {
    state.parsed_to = newest->parsed_to;
    state.facts = transcript::serialize(newest->facts);
  }
  const bool counts = newest && newest->is_conversation();
  const auto older =
      !counts && news.conversation ? content_at(state.path, *news.conversation, true) : std::nullopt;
  const StoredContent* conversation = counts ? &*newest : older ? &*older : nullptr;
  if (conversation != nullptr) state.details = conversation->details;
  if (!target_.source.is_transcript(state.path) || S_ISLNK(state.stamp.mode)) return;
  if (conversation != nullptr) {
    state.session_facts = session_facts(conversation->facts);
  } else if (const auto before = content_before_move(state, news.place)) {
    state.session_facts = session_facts(before->facts);
  } else if (const auto known = catalogue_.file_state(target_.root_id, state.path);
             known && known->session_facts) {
    state.session_facts = known->session_facts;
  } else {
    state.session_facts = session_facts(newest ? newest->facts : transcript::Facts());
  }
}

/// A stub that was moved: the session is listed by what it was under its last path before this.
std::optional<StoredContent> BranchReader::content_before_move(const catalogue::FileState& state,
                                                               const Place& newest) {
  if (!state.session) return std::nullopt;
  const std::string* former = nullptr;
  const Place* place = nullptr;
  for (const auto& [path, news] : news_) {
    if (path == state.path || !news.conversation || !target_.source.is_transcript(path)) continue;
    if (target_.source.session_of(path) != state.session) continue;
    if (news.conversation->order > newest.order) continue;  // where it went afterwards
    if (place != nullptr && news.conversation->order < place->order) continue;
    former = &path;
    place = &*news.conversation;
  }
  return place != nullptr ? content_at(*former, *place, true) : std::nullopt;
}

void BranchReader::finish_path(const std::string& path, const PathNews& news) {
  if (!news.content) {  // it is gone, and what it was, the catalogue knows already
    update_.remove_file(target_.root_id, path);
    return;
  }
  const Change& change = *news.content;
  catalogue::FileState state;
  state.path = path;
  // No inode: the next backup compares the content once, and then remembers the file's own stamp.
  state.stamp = {.size = change.size, .mtime_ns = change.mtime_ns, .inode = 0, .mode = change.mode};
  state.path_class = policy_.classify(path).path_class;
  state.present = news.present && is_safe_tree_path(path);
  state.session = target_.source.session_of(path);
  const bool is_conversation = target_.source.is_conversation(path);
  std::optional<StoredContent> newest;
  if (state.present || is_conversation) newest = content_at(path, news.place, is_conversation);
  if (newest) state.slices = newest->slices;
  if (is_conversation) add_facts(state, news, newest);
  update_.put_file(target_.root_id, state);
}

void BranchReader::finish(const std::function<void(std::uint64_t, std::uint64_t)>& progress) {
  std::uint64_t done = 0;
  for (const auto& [path, news] : news_) {
    finish_path(path, news);
    if (progress) progress(++done, news_.size());
  }
  for (const SessionId& session : sessions_) update_.refresh_session(target_.root_id, session);
}

void BranchReader::report(const std::string& path, const Error& error) {
  problems_.push_back(
      {.severity = Problem::Severity::note,
       .path = path,
       .what = error.what(),
       .hint = "csb verify says what is damaged, csb verify --repair takes it from the files on disk"});
}

}  // namespace csb::app
