#include "csb/app/cat.hpp"

#include <fmt/format.h>

#include <map>
#include <vector>

#include "csb/app/versions.hpp"
#include "csb/archive/store.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/error.hpp"
#include "csb/util/text.hpp"

namespace csb::app {
namespace {

struct Target {
  catalogue::Session session;
  std::string path;  ///< empty: the transcript
};

/// "SESSION:PATH", unless the whole text names a session (a title may hold a colon).
Target parse_target(const catalogue::Catalogue& catalogue, const std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos) return {resolve_session(catalogue, text), {}};
  const auto whole = catalogue.resolve(text);
  if (whole.size() == 1) return {whole.front(), {}};
  return {resolve_session(catalogue, text.substr(0, colon)), text.substr(colon + 1)};
}

bool ends_with_path(std::string_view path, std::string_view end) {
  return path == end ||
         (path.size() > end.size() && path.ends_with(end) && path[path.size() - end.size() - 1] == '/');
}

using Versions = std::vector<catalogue::Version>;

/// The stored contents of the one footprint file that `wanted` names.
Versions find_file(const catalogue::Catalogue& catalogue, const Target& target) {
  std::map<std::string, Versions> files;
  for (catalogue::Version& version : catalogue.versions_of(target.session.id))
    if (version.op != ChangeOp::remove && ends_with_path(version.path, target.path))
      files[version.path].push_back(std::move(version));
  if (const auto exact = files.find(target.path); exact != files.end()) return exact->second;
  if (files.size() == 1) return files.begin()->second;
  if (files.empty())
    throw Error(ErrorCode::not_found,
                fmt::format("session {} has no file '{}'", target.session.id.brief(), printable(target.path)),
                fmt::format("'csb show {}' lists its files", target.session.id.brief()));
  std::string candidates = "which one?";
  for (const auto& [path, versions] : files) candidates += "\n" + printable(path);
  throw Error(ErrorCode::ambiguous,
              fmt::format("{} files of session {} end in '{}'", files.size(), target.session.id.brief(),
                          printable(target.path)),
              candidates);
}

CatTarget find_transcript(const catalogue::Catalogue& catalogue, const Target& target,
                          const std::optional<std::uint64_t>& number) {
  const auto versions = transcript_versions(catalogue, target.session.id);
  const TranscriptVersion* chosen = number ? nullptr : best_version(versions);
  std::uint64_t newest = 0;
  for (const TranscriptVersion& version : versions) {
    newest = std::max(newest, version.number);
    if (number && *number != 0 && version.number == *number) chosen = &version;
  }
  if (chosen == nullptr)
    throw Error(ErrorCode::not_found,
                number ? fmt::format("session {} has no version {}", target.session.id.brief(), *number)
                       : fmt::format("no version of session {} is stored", target.session.id.brief()),
                fmt::format("'csb log {}' lists its versions", target.session.id.brief()));
  return {target.session, chosen->version, chosen->number, newest};
}

}  // namespace

CatTarget find_version(const catalogue::Catalogue& catalogue, const CatRequest& request) {
  const Target target = parse_target(catalogue, request.target);
  if (target.path.empty()) return find_transcript(catalogue, target, request.version);
  const Versions versions = find_file(catalogue, target);
  const std::uint64_t number = request.version.value_or(versions.size());
  if (number == 0 || number > versions.size())
    throw Error(ErrorCode::not_found,
                fmt::format("'{}' has no version {}", printable(versions.front().path), number),
                fmt::format("it has versions 1 (oldest) to {} (newest)", versions.size()));
  return {target.session, versions[number - 1], number, versions.size()};
}

void read_version(const Settings& settings, const catalogue::Version& version,
                  const std::function<void(std::span<const std::byte>)>& sink) {
  const archive::Store store = archive::Store::open(settings.store);
  const std::string& path = version.tree_path.empty() ? version.path : version.tree_path;
  const auto entry = store.find(version.commit, path);
  if (!entry)
    throw Error(
        ErrorCode::failed,
        fmt::format("commit {} does not hold '{}'", version.commit.hex().substr(0, 10), printable(path)),
        "the catalogue and the store disagree: run 'csb verify'");
  store.read(*entry, sink);
}

}  // namespace csb::app
