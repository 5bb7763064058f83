#pragma once

#include <string>
#include <vector>

#include "schedule_backend.hpp"

namespace csb::app {

/// Files that csb puts into a directory of a scheduler's, and takes out again with the directories it made.
class UnitFiles {
 public:
  UnitFiles(std::string directory, std::vector<std::string> names);

  [[nodiscard]] std::vector<std::string> paths() const;
  /// Their texts; empty where there is none.
  [[nodiscard]] std::vector<std::string> installed() const;
  [[nodiscard]] bool any() const;
  /// @param also directories that the scheduler makes when it takes the files in
  void write(const std::vector<ScheduleFile>& files, const std::vector<std::string>& also);
  void remove();

 private:
  [[nodiscard]] std::string marks_file() const;
  std::string directory_;
  std::vector<std::string> names_;
};

}  // namespace csb::app
