#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "backup_changes.hpp"

namespace csb::app {

/// Has the kernel fetch files before their turn to be read: a first backup finds most of them on the disk,
/// and would wait for each. A thread of its own stays some way ahead of the readers. It only asks: what it
/// cannot open or get is found out by who reads the file. Does nothing for little work, and little where the
/// files are in memory already.
class ReadAhead {
 public:
  /// @param work in the order of reading
  ReadAhead(int root_fd, const std::vector<Work>& work);
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// A reader takes up work[index]. For any thread.
  void reached(std::size_t index) noexcept;

 private:
  struct File {
    const std::string* path = nullptr;
    std::uint64_t before = 0;  ///< bytes to be read before it
    std::uint64_t wanted = 0;  ///< bytes from its beginning; 0 for what is to be left alone
  };

  void run() noexcept;
  [[nodiscard]] bool wait_for_turn(std::size_t index) noexcept;
  [[nodiscard]] bool fetch(const File& file) const;  // @pre something of it is wanted

  int root_fd_;
  std::vector<File> files_;  ///< a copy: the readers write into their work
  std::atomic<std::size_t> reached_{0};
  std::jthread thread_;  ///< last: it uses the others
};

}  // namespace csb::app
