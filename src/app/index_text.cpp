#include "csb/app/index_text.hpp"

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <algorithm>
#include <exception>
#include <optional>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/lock.hpp"
#include "text_reader.hpp"

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

/// What rows of many MiB take is the system's again when they are done with. By itself, glibc would keep such
/// buffers in the heap of each thread once one of them was freed.
void give_back_large_buffers() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}

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
    give_back_large_buffers();
    const std::vector<TextTask> tasks = find_tasks();
    for (const TextTask& task : tasks) total_ += task.bytes;
    read_texts_ahead(settings_, tasks, [&](const TextBatch& batch) { return take(batch); });
    finish();
    return std::move(result_);
  }

 private:
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

  std::vector<TextTask> find_tasks() {
    std::vector<TextTask> tasks;
    for (const catalogue::Root& root : catalogue_.roots()) {
      if (!root.head || index_.head(root.branch) == root.head) continue;
      for (catalogue::ChangedPath& changed : catalogue_.paths_changed(root.id, index_.head(root.branch))) {
        const std::string_view format = text_format(root.source, changed.path);
        if (!format.empty()) add_task(tasks, root, std::move(changed), format);
      }
    }
    return tasks;
  }

  void add_task(std::vector<TextTask>& tasks, const catalogue::Root& root, catalogue::ChangedPath changed,
                std::string_view format) {
    TextTask task;
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
    task.last_seen = catalogue_.file_state(root.id, task.path);
    for (const Generation& generation : task.generations) {
      const bool is_begun = generation.number == task.file.generation;
      task.bytes +=
          generation.last.size - std::min(is_begun ? task.file.indexed_to : 0, generation.last.size);
    }
    tasks.push_back(std::move(task));
  }

  /// @return false when that is enough
  bool take(const TextBatch& batch) {
    if (batch.task != task_ && options_.should_stop && options_.should_stop()) {
      result_.stopped = true;
      return false;
    }
    begin();
    const TextTask& task = *batch.task;
    if (task_ != &task) file_ = update_->ensure_file(task.root.branch, task.path, task.file.session);
    task_ = &task;
    put(batch);
    if (batch.failure) {
      // What of it was indexed before it failed stays; it is tried again next time.
      failed_ = true;
      result_.problems.push_back(*batch.failure);
    } else if (batch.ends_generation) {
      set_progress(batch, batch.generation->last.commit);
      result_.files += batch.generation == &task.generations.back() ? 1 : 0;
      if (pending_ >= kTransactionBytes) commit();
    } else if (batch.read_to > 0 && pending_ >= kTransactionBytes) {
      set_progress(batch, std::nullopt);
      commit();
    }
    return true;
  }

  void put(const TextBatch& batch) {
    for (const auto& [text, offset, time_ns] : batch.texts) {
      const bool is_new = update_->put({file_.id, batch.generation->number, offset, text.block},
                                       {text.key, text.kind, time_ns, text.tool, text.text});
      result_.texts += is_new ? 1 : 0;
    }
    count(batch.bytes);
  }

  void set_progress(const TextBatch& batch, const std::optional<Oid>& whole) {
    file_.generation = batch.generation->number;
    file_.indexed_to = batch.read_to;
    file_.commit = whole;
    update_->set_progress(file_);
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
  const TextTask* task_ = nullptr;           ///< whose batches are taken
  TextFile file_;                            ///< its file
  IndexTextResult result_;
  std::uint64_t total_ = 0, pending_ = 0, unreported_ = 0;
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
