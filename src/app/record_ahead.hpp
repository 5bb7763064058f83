#pragma once

#include <condition_variable>
#include <cstdint>
#include <future>
#include <mutex>
#include <vector>

#include "backup_changes.hpp"
#include "backup_record.hpp"

namespace csb::app {

/// Puts the files of a first backup into the catalogue while others are still read, in a thread of its own:
/// what was learned of them needs no memory after that, and no time when all are read.
class RecordAhead {
 public:
  /// @param catalogue, target are used until this ends, the catalogue by nobody else
  /// @throws std::system_error when there is no thread to be had
  RecordAhead(catalogue::Catalogue& catalogue, const Root& target);
  ~RecordAhead();
  RecordAhead(const RecordAhead&) = delete;  // its thread knows where it is
  RecordAhead& operator=(const RecordAhead&) = delete;

  /// A file that was read and is new, with its details. Nobody else may touch it before this has finished.
  /// Waits while files of many bytes are waiting. For any thread.
  void put(Work& file);
  /// Waits until nobody works on them any more. @return the transaction begun, or what went wrong
  [[nodiscard]] std::future<Recording> finish();

 private:
  [[nodiscard]] Recording run(catalogue::Catalogue& catalogue, const Root& target);
  [[nodiscard]] std::vector<Work*> wait_for_files();
  void put_files(Recording& recording);
  void end();

  std::mutex mutex_;
  std::condition_variable changed_, taken_;
  std::vector<Work*> waiting_;
  std::uint64_t waiting_bytes_ = 0;
  bool ended_ = false;                ///< there will be no more files
  bool failed_ = false;               ///< none will be taken any more
  std::future<Recording> recording_;  ///< last: ends when the thread does, which uses the others
};

}  // namespace csb::app
