#include "csb/app/index_text.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "csb/app/conversation.hpp"
#include "csb/archive/store.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "text_source.hpp"

namespace csb::app {
namespace {

using catalogue::Catalogue;
using catalogue::TextFile;
using catalogue::TextIndex;

/// Bytes of conversations a transaction takes in: it bounds the log beside the index, and what a kill costs.
constexpr std::uint64_t kTransactionBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kProgressBytes = std::uint64_t{1} << 20;

constexpr std::string_view kStoreNote = "store";

/// The index is of one store; another one's is built anew.
std::string store_name(const Settings& settings) {
  const std::string real = fs::real_path(settings.store);
  return real.empty() ? settings.store : real;
}

std::string lock_file(const Settings& settings) { return settings.home + "/search.lock"; }

/// It can be built again, so one damaged file is kept for whoever wants to look at it, and not many.
void set_aside(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"})
    if (fs::exists(path + part)) fs::rename_file(path + part, path + ".damaged" + part);
}

void remove_index(const std::string& path) {
  for (const char* part : {"", "-wal", "-shm"}) fs::remove_file(path + part);
}

/// Whether all that was indexed is still in the history that the catalogue knows.
bool is_of_this_history(const TextIndex& index, const Catalogue& catalogue) {
  for (const catalogue::Root& root : catalogue.roots())
    if (const auto head = index.head(root.branch); head && !catalogue.knows_commit(root.id, *head))
      return false;
  return true;
}

/// Most searches find nothing new: they leave the index as it is, without a write. To be asked under the
/// lock.
bool is_up_to_date(const Settings& settings, const Catalogue& catalogue) {
  try {
    const TextIndex index = TextIndex::open(settings.text_index_file(), TextIndex::Access::read_alone);
    return index.note(kStoreNote) == store_name(settings) && is_text_indexed(index, catalogue) &&
           is_of_this_history(index, catalogue);
  } catch (const Error&) {
    return false;  // none yet, or damaged: seen to by who opens it to write
  }
}

class Indexing {
 public:
  Indexing(const Settings& settings, const Catalogue& catalogue, const IndexTextOptions& options)
      : settings_(settings), catalogue_(catalogue), options_(options), index_(open()) {}

  IndexTextResult run() && {
    const std::vector<Task> tasks = find_tasks();
    for (const Task& task : tasks) total_ += task.bytes;
    for (const Task& task : tasks) {
      if (options_.should_stop && options_.should_stop()) {
        result_.stopped = true;
        break;
      }
      try_file(task);
    }
    finish();
    return std::move(result_);
  }

 private:
  struct Task {
    catalogue::Root root;
    std::string path;
    std::string_view format;
    std::vector<Generation> generations;  ///< those that are not indexed as a whole
    TextFile file;
    std::uint64_t bytes = 0;
  };

  TextIndex open() {
    const std::string path = settings_.text_index_file();
    fs::make_directories(settings_.home);
    try {
      TextIndex index = TextIndex::open(path, TextIndex::Access::write);
      const std::string store = index.note(kStoreNote);
      if ((store.empty() || store == store_name(settings_)) && is_of_this_history(index, catalogue_))
        return index;
    } catch (const Error& error) {
      if (!Catalogue::is_damage(error)) throw;
      if (options_.said)
        options_.said(std::string("the text index is damaged and is built anew: ") + error.what());
      set_aside(path);
    }
    remove_index(path);
    return TextIndex::open(path, TextIndex::Access::write);
  }

  std::vector<Task> find_tasks() {
    std::vector<Task> tasks;
    for (const catalogue::Root& root : catalogue_.roots()) {
      if (!root.head || index_.head(root.branch) == root.head) continue;
      for (catalogue::ChangedPath& changed : catalogue_.paths_changed(root.id, index_.head(root.branch))) {
        const std::string_view format = text_format(root.source, changed.path);
        if (!format.empty()) add_task(tasks, root, std::move(changed), format);
      }
    }
    return tasks;
  }

  void add_task(std::vector<Task>& tasks, const catalogue::Root& root, catalogue::ChangedPath changed,
                std::string_view format) {
    Task task;
    task.root = root;
    task.path = std::move(changed.path);
    task.format = format;
    task.generations = generations_of(catalogue_.versions_of_path(root.id, task.path));
    if (task.generations.empty()) return;
    const auto known = index_.find_file(root.branch, task.path);
    if (known) {
      if (known->commit == task.generations.back().last.commit) return;
      task.file = *known;
      std::erase_if(task.generations, [&](const Generation& g) { return g.number < known->generation; });
    } else {
      task.file.branch = root.branch;
      task.file.path = task.path;
      task.file.session = changed.session;
    }
    for (const Generation& generation : task.generations) {
      const bool is_begun = generation.number == task.file.generation;
      task.bytes +=
          generation.last.size - std::min(is_begun ? task.file.indexed_to : 0, generation.last.size);
    }
    tasks.push_back(std::move(task));
  }

  /// What of it was indexed before it failed stays; it is tried again next time.
  void try_file(const Task& task) {
    try {
      index_file(task);
      ++result_.files;
    } catch (const Error& error) {
      if (Catalogue::is_damage(error) || error.code() != ErrorCode::failed || !reading_) throw;
      reading_ = false;
      failed_ = true;
      result_.problems.push_back({Problem::Severity::note, task.path, error.what(), error.hint()});
    }
  }

  void index_file(const Task& task) {
    begin();
    TextFile file = update_->ensure_file(task.root.branch, task.path, task.file.session);
    for (const Generation& generation : task.generations) {
      if (generation.number != file.generation) {
        file.generation = generation.number;
        file.indexed_to = 0;
      }
      const bool is_newest = &generation == &task.generations.back();
      index_generation(task, generation, is_newest, file);
      file.commit = generation.last.commit;
      update_->set_progress(file);
    }
  }

  void index_generation(const Task& task, const Generation& generation, bool is_newest, TextFile& file) {
    reading_ = true;
    std::optional<Conversation> live;
    if (is_newest)
      live =
          open_as_stored(task.root, task.format, task.path, catalogue_.file_state(task.root.id, task.path));
    const Conversation conversation =
        live ? std::move(*live) : Conversation::open_stored(settings_, task.format, generation.last);
    const std::string owner = owner_of(task.file.session, task.path, task.format);
    const std::uint64_t from = conversation.has_rows() ? file.indexed_to : 0;
    std::uint64_t seen = from;
    ToolCalls calls;
    const auto visit = [&](const Message& message, const MessagePlace& place) {
      reading_ = false;
      for (const MessageText& text : texts_of(message, owner, &calls)) {
        const bool is_new = update_->put({file.id, generation.number, place.offset, text.block},
                                         {text.key, text.kind, message.time_ns, text.tool, text.text});
        result_.texts += is_new ? 1 : 0;
      }
      if (place.bytes > 0) count(place.offset + place.bytes - seen), seen = place.offset + place.bytes;
      if (conversation.has_rows() && pending_ >= kTransactionBytes) {
        file.indexed_to = std::min(place.offset + place.bytes + 1, generation.last.size);
        file.commit.reset();
        update_->set_progress(file);
        commit();
        begin();
      }
      reading_ = true;
      return true;
    };
    const ReadSummary summary = conversation.read(visit, from);
    reading_ = false;
    count(conversation.size() - std::min(seen, conversation.size()));
    file.indexed_to = summary.parsed_to;
    if (pending_ >= kTransactionBytes) commit(), begin();
  }

  void count(std::uint64_t bytes) {
    result_.bytes += bytes;
    pending_ += bytes;
    unreported_ += bytes;
    if (unreported_ < kProgressBytes || !options_.progress) return;
    unreported_ = 0;
    options_.progress(result_.bytes, std::max(total_, result_.bytes));
  }

  void begin() {
    if (!update_) update_.emplace(index_.begin());
  }

  void commit() {
    if (update_) update_->commit();
    update_.reset();
    pending_ = 0;
  }

  void finish() {
    begin();
    update_->set_note(kStoreNote, store_name(settings_));
    if (!result_.stopped && !failed_)
      for (const catalogue::Root& root : catalogue_.roots())
        if (root.head && index_.head(root.branch) != root.head) update_->set_head(root.branch, *root.head);
    commit();
    index_.give_back_space();
  }

  const Settings& settings_;
  const Catalogue& catalogue_;
  const IndexTextOptions& options_;
  TextIndex index_;
  std::optional<TextIndex::Update> update_;  ///< ends before the index does
  IndexTextResult result_;
  std::uint64_t total_ = 0, pending_ = 0, unreported_ = 0;
  bool reading_ = false;  ///< an error now is one of the file that is read, not of the index
  bool failed_ = false;
};

}  // namespace

void discard_text_index(const Settings& settings) noexcept {
  try {
    if (const auto lock = FileLock::acquire(lock_file(settings))) set_aside(settings.text_index_file());
  } catch (const std::exception&) {
    return;  // a read-only disk: searches do without the index
  }
}

bool is_text_indexed(const TextIndex& index, const Catalogue& catalogue) {
  for (const catalogue::Root& root : catalogue.roots())
    if (root.head && index.head(root.branch) != root.head) return false;
  return true;
}

IndexTextResult index_text(const Settings& settings, const Catalogue& catalogue,
                           const IndexTextOptions& options) {
  fs::make_directories(settings.home);
  const auto lock = FileLock::acquire(lock_file(settings));
  if (!lock) {
    IndexTextResult result;
    result.busy = true;
    return result;
  }
  if (is_up_to_date(settings, catalogue)) return {};
  try {
    return Indexing(settings, catalogue, options).run();
  } catch (const Error& error) {
    if (!Catalogue::is_damage(error)) throw;
    if (options.said)
      options.said(std::string("the text index is damaged and is built anew: ") + error.what());
  }
  set_aside(settings.text_index_file());
  return Indexing(settings, catalogue, options).run();
}

}  // namespace csb::app
