#include "gather_details.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "command_folders.hpp"
#include "csb/model/rel_path.hpp"
#include "folder_path.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

constexpr std::size_t kMaxTools = 1024, kMaxFolders = 4096, kMaxFiles = 16'384;
constexpr std::size_t kMaxSittings = 16'384, kMaxAnswers = 65'536;
constexpr std::size_t kMaxName = 255, kMaxPath = 4096;

enum class Access : std::uint8_t { none, read, write, search, command };

struct KnownTool {
  std::string_view name;
  Access access;
};
constexpr std::array<KnownTool, 13> kTools{{{"Bash", Access::command},
                                            {"Edit", Access::write},
                                            {"Read", Access::read},
                                            {"Write", Access::write},
                                            {"Grep", Access::search},
                                            {"Glob", Access::search},
                                            {"MultiEdit", Access::write},
                                            {"NotebookEdit", Access::write},
                                            {"NotebookRead", Access::read},
                                            {"LS", Access::search},
                                            {"PowerShell", Access::none},
                                            {"Update", Access::write},
                                            {"Create", Access::write}}};

Access access_of(std::string_view tool) {
  for (const KnownTool& known : kTools)
    if (known.name == tool) return known.access;
  return Access::none;
}

/// The value of `key`, made when there is room; nullptr when there is none.
template <typename Map>
typename Map::mapped_type* entry_of(Map& map, std::string_view key, std::size_t limit) {
  if (const auto found = map.find(key); found != map.end()) return &found->second;
  if (map.size() >= limit) return nullptr;
  return &map.emplace(std::string(key), typename Map::mapped_type()).first->second;
}

/// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), 64 bits, its bits mixed once more.
std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100'0000'01B3;
  hash = (hash ^ (hash >> 32)) * 0xD6E8'FEB8'6659'FD93;
  return hash ^ (hash >> 32);
}

void take_larger(Tokens& tokens, const Tokens& other) {
  for (const auto count : {&Tokens::input, &Tokens::output, &Tokens::cache_write_5m, &Tokens::cache_write_1h,
                           &Tokens::cache_read})
    tokens.*count = std::max(tokens.*count, other.*count);
}

/// A search names the folder it looks through, or a file: what is above the session, or looks like no file,
/// is a folder.
std::string_view searched_folder(std::string_view path, std::string_view cwd) {
  // NOLINTNEXTLINE(readability-suspicious-call-argument): whether the session lies beneath what was searched
  return is_beneath(cwd, path) || !looks_like_file(path) ? path : folder_of(path);
}

}  // namespace

void DetailsGatherer::add(const RowFields& row, std::string_view cwd, std::int64_t time_ns) {
  if (!row.is_message()) return;
  if (time_ns != 0 && details_.activity.size() < kMaxSittings)
    add_activity(details_.activity, {time_ns, time_ns, 1});
  named_.clear();
  add_cwd(cwd);
  for (const ToolCall& call : row.tool_calls) add_tool(call, cwd, time_ns);
  if (row.type == "assistant") add_answer(row, cwd, time_ns);
}

void DetailsGatherer::add_cwd(std::string_view cwd) {
  if (cwd != cwd_) {
    cwd_ = cwd;
    cwd_folder_ = absolute_path(cwd, {}).value_or("");
    cwd_use_ = nullptr;
  }
  mention(cwd_folder_, FolderOrigin::cwd, 0);
}

void DetailsGatherer::mention(std::string_view folder, FolderOrigin origin, std::uint64_t work) {
  if (folder.empty()) return;
  FolderUse* use = use_of(folder, origin);
  if (use == nullptr) return;
  use->origin = std::min(use->origin, origin);
  use->work += work;
  if (std::find(named_.begin(), named_.end(), use) != named_.end()) return;
  named_.push_back(use);
  ++use->rows;
}

/// Nearly every row names the folder it was made in.
FolderUse* DetailsGatherer::use_of(std::string_view folder, FolderOrigin origin) {
  const bool is_cwd = folder == cwd_folder_;
  if (is_cwd && cwd_use_ != nullptr) return cwd_use_;
  FolderUse* use = entry_of(details_.folders, folder, kMaxFolders);
  if (use != nullptr && use->rows == 0) use->origin = origin;  // new
  if (is_cwd) cwd_use_ = use;
  return use;
}

void DetailsGatherer::add_tool(const ToolCall& call, std::string_view cwd, std::int64_t time_ns) {
  const std::string_view name = cut_to_bytes(call.name, kMaxName);
  if (name.empty()) return;
  if (std::uint64_t* calls = entry_of(details_.tools, name, kMaxTools)) ++*calls;
  const Access access = access_of(name);
  if (access == Access::command) {
    const CommandFolders folders = folders_in_command(call.command, cwd_folder_);
    if (folders.target) mention(*folders.target, FolderOrigin::command, 0);
    for (const std::string& folder : folders.absolute) mention(folder, FolderOrigin::command, 0);
    for (const std::string& folder : folders.relative) mention(folder, FolderOrigin::relative, 0);
    const std::string* main = folders.main();
    return mention(main != nullptr ? std::string_view(*main) : cwd_folder_, FolderOrigin::command, 1);
  }
  const std::string_view given = access == Access::none     ? std::string_view()
                                 : access == Access::search ? call.path
                                                            : call.file_path;
  const auto path = absolute_path(given, cwd);
  if (!path) return mention(cwd_folder_, FolderOrigin::tool, 1);
  mention(access == Access::search ? searched_folder(*path, cwd_folder_) : folder_of(*path),
          FolderOrigin::tool, 1);
  TouchedFile* touched = entry_of(details_.files, *path, kMaxFiles);
  if (touched == nullptr) return;
  ++(access == Access::read ? touched->reads : access == Access::write ? touched->writes : touched->searches);
  touched->last_ns = std::max(touched->last_ns, time_ns);
}

/// The first row of an answer says what it is. The client signs its own messages "<synthetic>": nobody was
/// asked for those.
void DetailsGatherer::add_answer(const RowFields& row, std::string_view cwd, std::int64_t time_ns) {
  if (!row.has_usage || row.model.starts_with('<')) return;
  const std::string_view id = !row.message_id.empty()   ? row.message_id
                              : !row.request_id.empty() ? row.request_id
                                                        : row.uuid;
  if (id.empty()) return;
  const std::uint64_t message = hash_of(id);
  auto found = details_.answers.find(message);
  if (found == details_.answers.end()) {
    if (details_.answers.size() >= kMaxAnswers) return;
    found = details_.answers.emplace(message, Answer()).first;
    found->second.message = message;
  }
  Answer& answer = found->second;
  if (answer.time_ns == 0 || (time_ns != 0 && time_ns < answer.time_ns)) answer.time_ns = time_ns;
  if (answer.model.empty()) answer.model = cut_to_bytes(row.model, kMaxName);
  if (answer.cwd.empty()) answer.cwd = cut_to_bytes(cwd, kMaxPath);
  take_larger(answer.tokens, row.tokens);
}

}  // namespace csb::transcript
