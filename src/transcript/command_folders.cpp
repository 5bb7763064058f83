#include "command_folders.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "csb/model/rel_path.hpp"
#include "folder_path.hpp"
#include "shell_words.hpp"

namespace csb::transcript {
namespace {

constexpr std::size_t kMaxCommand = std::size_t{64} << 10, kMaxFolders = 64;

template <std::size_t N>
using Words = std::array<std::string_view, N>;

template <std::size_t N>
bool is_one_of(const Words<N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// Run the command that follows.
constexpr Words<10> kPrefixes{"sudo", "env", "time", "nohup", "exec", "command", "then", "do", "else", "!"};
/// Their arguments are folders, whatever they look like.
constexpr Words<5> kFolderCommands{"mkdir", "rmdir", "find", "tree", "du"};
/// The argument of these options is a folder, whatever the command.
constexpr Words<5> kFolderOptions{"-C", "--prefix", "--cwd", "--directory", "--project-directory"};
/// Where people work. A text that begins with a slash but not so is more often a pattern or a URL's path.
constexpr Words<17> kRoots{"home", "Users",    "root",  "tmp",     "var",       "opt",
                           "srv",  "mnt",      "media", "data",    "workspace", "work",
                           "code", "projects", "app",   "Volumes", "private"};
/// Nobody works right in these.
constexpr Words<10> kTooHigh{"/",    "/home",  "/Users", "/var",     "/opt",
                             "/mnt", "/media", "/srv",   "/Volumes", "/private"};

std::string_view first_component(std::string_view path) {
  path.remove_prefix(1);
  return path.substr(0, path.find('/'));
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  return equals != std::string_view::npos && equals > 0 &&
         std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

class Reading {
 public:
  explicit Reading(std::string_view cwd) : cwd_(cwd), here_(cwd) {}

  void take(const ShellWords::Word& word) {
    if (word.begins_command) {
      command_.clear();
      option_.clear();
    }
    if (command_.empty()) {
      if (!word.is_certain) {
        command_ = "?";
      } else if (!is_one_of(kPrefixes, word.text) && !is_assignment(word.text)) {
        command_ = base_name(word.text);
      }
      return;
    }
    take_argument(word);
  }

  [[nodiscard]] CommandFolders folders() && { return std::move(folders_); }

 private:
  void take_argument(const ShellWords::Word& word) {
    const std::string option = std::exchange(option_, {});
    if (command_ == "cd" || command_ == "pushd") return change_folder(word);
    std::string_view text = word.text;
    if (text.starts_with('-')) {
      const auto equals = text.find('=');
      option_ = text.substr(0, equals);
      if (equals == std::string_view::npos) return;
      text.remove_prefix(equals + 1);
    }
    if (!word.is_certain || !may_be_path(text)) return;
    const bool is_folder = text.ends_with('/') || is_one_of(kFolderCommands, command_) ||
                           is_one_of(kFolderOptions, option) || is_one_of(kFolderOptions, option_);
    take_path(text, is_folder || (command_ == "ls" && !looks_like_file(text)));
  }

  /// Only what says that it is a path. A colon may be a host's or a list's.
  static bool may_be_path(std::string_view text) {
    if (!text.starts_with('/') && !text.starts_with("./") && !text.starts_with("../")) return false;
    return text.find_first_of("*?$%{}[]`:\"'<>|;&~") == std::string_view::npos;
  }

  void take_path(std::string_view text, bool is_folder) {
    const bool is_relative = !text.starts_with('/');
    const auto path = absolute_path(text, here_);
    if (!path) return;
    const std::string folder(is_folder || *path == here_ || *path == cwd_ ? std::string_view(*path)
                                                                          : folder_of(*path));
    if (is_relative) return add(folders_.relative, folder);
    if (folder != cwd_ && (is_one_of(kTooHigh, folder) || !is_known_root(folder))) return;
    add(folders_.absolute, folder);
  }

  [[nodiscard]] bool is_known_root(std::string_view folder) const {
    const std::string_view root = first_component(folder);
    return is_one_of(kRoots, root) || (cwd_.starts_with('/') && root == first_component(cwd_)) ||
           (folders_.target && root == first_component(*folders_.target));
  }

  void change_folder(const ShellWords::Word& word) {
    if (word.text.starts_with('-') && word.text != "-") return;  // cd -P, cd --
    const bool is_path = word.is_certain && word.text != "-" &&
                         word.text.find_first_of("*?$%{}[]`\"'<>|;&") == std::string::npos;
    auto folder = is_path ? absolute_path(word.text, here_) : std::nullopt;
    command_ = "?";  // it takes one
    here_ = folder.value_or("");
    if (!folder || *folder == "/") return;
    if (!folders_.target) {
      folders_.target = std::move(folder);
    } else {
      add(word.text.starts_with('/') ? folders_.absolute : folders_.relative, *folder);
    }
  }

  static void add(std::vector<std::string>& folders, const std::string& folder) {
    if (folders.size() < kMaxFolders && std::find(folders.begin(), folders.end(), folder) == folders.end())
      folders.push_back(folder);
  }

  std::string_view cwd_;
  std::string here_;     ///< where the command is by now; empty when nobody can tell
  std::string command_;  ///< name of the command being read; "?" for one that is not known
  std::string option_;   ///< the word before, if it was an option
  CommandFolders folders_;
};

}  // namespace

const std::string* CommandFolders::main() const {
  if (!target) {
    if (!absolute.empty()) return &absolute.front();
    return relative.empty() ? nullptr : &relative.front();
  }
  const auto beneath = std::find_if(absolute.begin(), absolute.end(), [this](const std::string& folder) {
    return is_beneath(folder, *target);
  });
  if (beneath != absolute.end()) return &*beneath;
  return relative.empty() ? &*target : &relative.front();
}

CommandFolders folders_in_command(std::string_view command, std::string_view cwd) {
  ShellWords words(command.substr(0, kMaxCommand));
  Reading reading(cwd);
  for (ShellWords::Word word; words.next(word);) reading.take(word);
  return std::move(reading).folders();
}

}  // namespace csb::transcript
