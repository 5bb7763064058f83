#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "csb/catalogue/catalogue.hpp"
#include "csb/cli/command.hpp"
#include "csb/cli/options.hpp"

/// The options that commands which choose sessions share.
namespace csb::cli {

/// Declared before Options::parse(), read after it.
class QueryOptions {
 public:
  /// --deleted, --sort, --source, --tool, --file, --since, --until
  void declare(Options& options);
  /// -d, -D and -s. @param started the name of the last, where -s is something else
  void declare_folders(Options& options, const char* started = "-s,--started");

  /// Everything but words and limit. @throws Error{usage}
  [[nodiscard]] catalogue::SessionQuery query() const;
  [[nodiscard]] bool deleted_given() const { return !deleted_.empty(); }

 private:
  std::string deleted_, sort_ = "last-used", source_, tool_, file_, since_, until_;
  std::string below_, exactly_, started_;
};

/// --top, --all-folders and --shortid.
class FolderOptions {
 public:
  void declare(Options& options);
  /// How many folders of each session are asked for; 0 = none.
  [[nodiscard]] std::size_t count() const;
  [[nodiscard]] bool short_ids() const { return short_ids_; }

 private:
  std::optional<std::uint64_t> top_;
  bool all_ = false, short_ids_ = false;
};

/// True for what is meant as a path and not as a word: ".", "..", what begins with "./", "../", "/" or "~/".
[[nodiscard]] bool looks_like_path(std::string_view text);

/// A folder as a person types it, absolute: from the working directory, "~" for $HOME, symlinks resolved
/// where it exists. A '*' at the end makes a prefix of it. @throws Error{usage}
[[nodiscard]] catalogue::FolderFilter folder_filter(std::string_view text, catalogue::FolderFilter::How how);

}  // namespace csb::cli
