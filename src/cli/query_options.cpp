#include "query_options.hpp"

#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <limits>
#include <memory>

#include "command_functions.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"

namespace csb::cli {
namespace {

using How = catalogue::FolderFilter::How;

struct SortName {
  const char* name;
  catalogue::SessionSort sort;
};
constexpr SortName kSorts[] = {
    {"last-used", catalogue::SessionSort::active}, {"active", catalogue::SessionSort::active},
    {"started", catalogue::SessionSort::started},  {"oldest", catalogue::SessionSort::oldest},
    {"size", catalogue::SessionSort::size},        {"messages", catalogue::SessionSort::messages},
    {"title", catalogue::SessionSort::title},      {"expiration", catalogue::SessionSort::expiration}};

std::string working_directory() {
  const std::unique_ptr<char, decltype(&std::free)> path(::getcwd(nullptr, 0), &std::free);
  if (!path) throw Error(ErrorCode::failed, "the working directory is gone", "cd to one that exists");
  return path.get();
}

/// "/a/./b/../c" as "/a/c", by the text alone.
std::string normalised(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      out.resize(out.rfind('/') == std::string::npos ? 0 : out.rfind('/'));
    } else {
      out += '/' + std::string(part);
    }
  }
  return out.empty() ? "/" : out;
}

std::string absolute(std::string_view text) {
  const char* const home = std::getenv("HOME");
  if ((text == "~" || text.starts_with("~/")) && home != nullptr) return home + std::string(text.substr(1));
  return text.starts_with('/') ? std::string(text) : working_directory() + "/" + std::string(text);
}

/// Physical where it exists, as the client records folders; else what was typed.
std::string resolved(const std::string& path) {
  const std::string real = fs::real_path(path);
  return real.empty() ? normalised(path) : real;
}

/// A prefix ends in part of a name: the folders before it are resolved.
std::string resolved_prefix(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = resolved(path.substr(0, slash + 1));
  return (folder == "/" ? "" : folder) + path.substr(slash);
}

}  // namespace

bool looks_like_path(std::string_view text) {
  return text == "." || text == ".." || text == "~" || text.starts_with("./") || text.starts_with("../") ||
         text.starts_with("/") || text.starts_with("~/");
}

catalogue::FolderFilter folder_filter(std::string_view text, How how) {
  if (text.empty()) throw Error(ErrorCode::usage, "a folder is needed", "'.' is where you are");
  if (text.back() == '*')
    return {how == How::started ? How::started_prefix : How::prefix,
            resolved_prefix(absolute(text.substr(0, text.size() - 1)))};
  return {how, resolved(absolute(text))};
}

void QueryOptions::declare(Options& options) {
  std::vector<std::string> sorts;
  for (const SortName& name : kSorts) sorts.emplace_back(name.name);
  options.optional_choice("--deleted", {"only", "all"}, "all", deleted_,
                          "deleted sessions too, or nothing but them; without it they are left out");
  options.choice("--sort", sorts, sort_, "order (default last-used)");
  options.text("--source", "NAME", source_, "sessions of this source only: claude-code, claude.ai");
  options.text("--tool", "NAME", tool_, "sessions that called this tool");
  options.text("--file", "PATH", file_,
               "sessions whose tools read, wrote or searched this file: its path, or the end of one");
  options.text("--since", "TIME", since_, "active at this time or later");
  options.text("--until", "TIME", until_, "active at this time or earlier");
}

void QueryOptions::declare_folders(Options& options, const char* started) {
  options.text("-d,--below", "DIR", below_,
               "worked in this folder or one beneath it; DIR* = paths that begin so");
  options.text("-D,--exactly", "DIR", exactly_, "worked in this very folder");
  options.text(started, "DIR", started_, "started in this folder; DIR* = in one whose path begins so");
}

catalogue::SessionQuery QueryOptions::query() const {
  catalogue::SessionQuery query;
  if (deleted_ == "all") query.deleted = catalogue::DeletedFilter::all;
  if (deleted_ == "only") query.deleted = catalogue::DeletedFilter::only;
  for (const SortName& name : kSorts)
    if (sort_ == name.name) query.sort = name.sort;
  query.source = source_;
  query.tool = tool_;
  query.touched_file = file_;
  if (!since_.empty()) query.since_ns = time_argument("--since", since_);
  if (!until_.empty()) query.until_ns = time_argument("--until", until_);
  for (const auto& [text, how] :
       {std::pair{&below_, How::below}, {&exactly_, How::exactly}, {&started_, How::started}}) {
    if (text->empty()) continue;
    if (query.folder)
      throw Error(ErrorCode::usage, "-d, -D and -s exclude each other", "leave all but one out");
    query.folder = folder_filter(*text, how);
  }
  return query;
}

void FolderOptions::declare(Options& options) {
  options.number("--top", "N", top_, "show so many of the folders each session worked in");
  options.flag("--all-folders", all_, "show all of them");
  options.flag("--shortid", short_ids_, "ids of eight digits, piped too; also -sid");
  options.alias("-sid", "--shortid");
}

std::size_t FolderOptions::count() const {
  constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();
  return all_ ? kAll : static_cast<std::size_t>(top_.value_or(0));
}

}  // namespace csb::cli
