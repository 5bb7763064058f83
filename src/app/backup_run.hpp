#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "backup_changes.hpp"
#include "backup_plan.hpp"
#include "backup_record.hpp"
#include "backup_store.hpp"
#include "csb/app/backup.hpp"
#include "csb/app/roots.hpp"
#include "csb/catalogue/catalogue.hpp"
#include "csb/util/fd.hpp"

namespace csb::app {

/// One backup of one root, from the walk to the report. The caller holds the lock of csb's home (a dry run:
/// none).
class BackupRun {
 public:
  /// @param target the root; all three must outlive this
  /// @param opened the catalogue, opened to read, if that was done before
  BackupRun(const Settings& settings, const Root& target, const BackupOptions& options,
            std::optional<catalogue::Catalogue> opened = std::nullopt);
  /// @throws Error as backup() does
  [[nodiscard]] BackupResult run();
  ~BackupRun();
  BackupRun(const BackupRun&) = delete;
  BackupRun& operator=(const BackupRun&) = delete;
  /// The catalogue for the next run, when this one only read in it.
  [[nodiscard]] std::optional<catalogue::Catalogue> give_back();

 private:
  /// One look at the root beside what is known of it.
  struct Look {
    scan::WalkResult walk;
    std::vector<catalogue::KnownFile> known;
    Plan plan;
    bool taken = false;
  };

  void open_root();
  void open_catalogue();
  void open_catalogue_to_write();
  void open_draft();
  void publish_draft();
  void drop_draft() noexcept;
  void require_same_directory(const Look& seen) const;
  void find_root_row();
  [[nodiscard]] std::optional<SessionId> wanted_session() const;

  [[nodiscard]] Look look();
  /// Nothing on disk differs from what is stored, and nothing is left to say.
  [[nodiscard]] bool nothing_to_do(const Look& seen) const;
  [[nodiscard]] bool look_first(Look& seen);
  void read_other_branches();
  [[nodiscard]] bool all_said(const Look& seen) const;
  [[nodiscard]] BackupResult report_nothing(const Look& seen);
  void take_report(const Look& seen);
  /// The catalogue reflects the branch's tip. @return false when it had to be brought up to it just now
  [[nodiscard]] bool reflects_store();
  [[nodiscard]] std::optional<std::string> changed_foreign(const scan::WalkResult& walk) const;
  [[nodiscard]] bool stores_foreign(const std::string& lines);

  [[nodiscard]] ChangeSet read_changes(const Look& seen);
  [[nodiscard]] bool takes_from_memory(const Work& file) const;
  [[nodiscard]] bool is_first_backup() const { return stores() && (!row_ || !row_->head); }
  void read_files(std::vector<Work>& work, const StoreSlice& store);
  [[nodiscard]] std::vector<StoredSlices> stored_already(const std::vector<Work>& work,
                                                         const std::vector<Gone>& gone) const;
  [[nodiscard]] Memory memory() const;
  /// @return what is to be committed to the catalogue once the store is safe
  [[nodiscard]] std::optional<Recording> record(const ChangeSet& changes,
                                                const std::vector<std::string>& unknown,
                                                const std::function<Commits()>& commits);
  /// Begun while the files were read, or now. @throws what went wrong meanwhile
  [[nodiscard]] Recording begun_recording();
  void commit(std::optional<Recording> recording);
  void note_failed_record(const std::exception& error);
  void note(std::string what, std::string hint = {});

  [[nodiscard]] bool stores() const noexcept { return !options_.dry_run && !options_.no_commit; }

  const Settings& settings_;
  const Root& target_;
  const BackupOptions& options_;
  BackupResult result_;
  Fd root_;
  std::optional<catalogue::Catalogue> catalogue_;  ///< nothing: a dry run before the first backup
  std::string draft_;        ///< the file of a catalogue that is not published yet, else empty
  bool only_reads_ = false;  ///< the catalogue was opened for a first look, which may find nothing to do
  std::optional<catalogue::Root> row_;  ///< the catalogue's row of this root
  std::optional<SessionId> session_;    ///< only this session
  StoreAccess store_;
  std::int64_t commit_time_ns_ = 0;
  std::future<Recording> recording_;  ///< begun while the files were read, if so
};

}  // namespace csb::app
