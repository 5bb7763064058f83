#include "index_pack.hpp"

#include <algorithm>
#include <cstring>

#include "csb/util/fs.hpp"
#include "git2.hpp"
#include "pack_file.hpp"
#include "sha1.hpp"

namespace csb::archive {
namespace {

constexpr std::size_t kPiece = std::size_t{1} << 20;

/// libgit2 1.5 is given sound packs only: in a damaged one it may never come to an end.
bool is_sound(std::span<const std::byte> pack) {
  constexpr std::size_t kHashBytes = 20;
  if (pack.size() <= kHashBytes) return false;
  Sha1 sha;
  sha.update(pack.first(pack.size() - kHashBytes));
  const Oid checksum = sha.finish();
  return std::memcmp(checksum.bytes.data(), pack.last(kHashBytes).data(), kHashBytes) == 0;
}

/// Writes pack and index anew, under the name that git gives a pack with this content.
bool write_again(git_indexer* indexer, std::span<const std::byte> pack) {
  git_indexer_progress progress{};
  for (std::size_t at = 0; at < pack.size(); at += kPiece) {
    const auto piece = pack.subspan(at, std::min(kPiece, pack.size() - at));
    if (git2::indexer_append(indexer, piece.data(), piece.size(), &progress) < 0) return false;
  }
  return git2::indexer_commit(indexer, &progress) >= 0;
}

}  // namespace

bool index_anew(const PackPaths& paths, const std::string& name) {
  const auto pack = MappedFile::open(paths.pack(name));
  if (!pack || !is_sound(pack->bytes())) return false;
  git2::Handle<git_indexer> indexer;
  if (git2::indexer_new(git2::out(indexer), paths.directory().c_str(), 0600, nullptr, nullptr) < 0)
    return false;
  if (!write_again(indexer.get(), pack->bytes())) return false;
  fs::sync_directory(paths.directory());
  return paths.complete(name) && git2::indexer_name(indexer.get()) == name.substr(5);
}

}  // namespace csb::archive
