#include "schedule_unit_files.hpp"

#include <unistd.h>

#include <algorithm>

#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

/// The directories on the way to `path` that do not exist, outermost first.
std::vector<std::string> missing_directories(const std::string& path) {
  std::vector<std::string> missing;
  for (std::string at = path; !at.empty() && !fs::exists(at); at.erase(at.rfind('/'))) missing.push_back(at);
  std::reverse(missing.begin(), missing.end());
  return missing;
}

}  // namespace

UnitFiles::UnitFiles(std::string directory, std::vector<std::string> names)
    : directory_(std::move(directory)), names_(std::move(names)) {}

/// Which directories were made for the files: a line each, outermost first.
std::string UnitFiles::marks_file() const { return directory_ + "/" + names_.front() + ".csb-made"; }

std::vector<std::string> UnitFiles::paths() const {
  std::vector<std::string> paths;
  for (const std::string& name : names_) paths.push_back(directory_ + "/" + name);
  return paths;
}

std::vector<std::string> UnitFiles::installed() const {
  std::vector<std::string> texts;
  for (const std::string& path : paths())
    texts.push_back(fs::exists(path) ? read_file(path, std::size_t{1} << 20) : std::string());
  return texts;
}

bool UnitFiles::any() const {
  const auto all = paths();
  return std::any_of(all.begin(), all.end(), [](const std::string& path) { return fs::exists(path); });
}

void UnitFiles::write(const std::vector<ScheduleFile>& files, const std::vector<std::string>& also) {
  std::vector<std::string> made = missing_directories(directory_);
  for (const std::string& each : also)
    if (!fs::exists(each)) made.push_back(each);
  fs::make_directories(directory_);
  if (!made.empty() && !fs::exists(marks_file())) {
    std::string lines;
    for (const std::string& each : made) lines += each + "\n";
    fs::write_file_atomically(marks_file(), lines);
  }
  for (std::size_t i = 0; i < files.size(); ++i) fs::write_file_atomically(paths()[i], files[i].text, 0644);
}

void UnitFiles::remove() {
  for (const std::string& path : paths()) fs::remove_file(path);
  if (!fs::exists(marks_file())) return;
  std::string lines = read_file(marks_file(), std::size_t{64} << 10);
  fs::remove_file(marks_file());
  std::vector<std::string> made;
  for (auto end = lines.find('\n'); end != std::string::npos; end = lines.find('\n')) {
    made.push_back(lines.substr(0, end));
    lines.erase(0, end + 1);
  }
  // Only what is empty goes: rmdir(2) refuses the rest.
  for (auto it = made.rbegin(); it != made.rend(); ++it)
    if (it->starts_with(directory_) || directory_.starts_with(*it + "/")) ::rmdir(it->c_str());
}

}  // namespace csb::app
