#include "loose_objects.hpp"

#include <zlib.h>

#include <array>
#include <cstring>
#include <memory>

#include "csb/util/error.hpp"
#include "csb/util/fs.hpp"
#include "pack_file.hpp"
#include "sha1.hpp"

namespace csb::archive {

std::vector<LooseObject> list_loose_objects(const std::string& git_dir) {
  std::vector<LooseObject> objects;
  for (const std::string& fan : fs::list_directory(git_dir + "/objects")) {
    if (fan.size() != 2) continue;
    for (const std::string& name : fs::list_directory(git_dir + "/objects/" + fan))
      if (const auto oid = Oid::parse(fan + name))
        objects.push_back({*oid, git_dir + "/objects/" + fan + "/" + name});
  }
  return objects;
}

/// Streams the file: a loose object may be any size.
std::string loose_object_fault(const LooseObject& object) {
  const auto file = MappedFile::open(object.path);
  if (!file) return "it vanished";
  const auto bytes = file->bytes();
  if (bytes.empty()) return "it is empty";
  z_stream z{};
  if (::inflateInit(&z) != Z_OK) return "zlib failed";
  const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&z, &::inflateEnd);
  z.next_in = static_cast<Bytef*>(const_cast<void*>(static_cast<const void*>(bytes.data())));
  z.avail_in = static_cast<uInt>(bytes.size());
  Sha1 sha;
  std::array<std::byte, 65536> window{};
  for (int code = Z_OK; code != Z_STREAM_END;) {
    z.next_out = static_cast<Bytef*>(static_cast<void*>(window.data()));
    z.avail_out = static_cast<uInt>(window.size());
    code = ::inflate(&z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END) return "it does not inflate";
    sha.update(std::span(window).first(window.size() - z.avail_out));
  }
  return sha.finish() == object.oid ? std::string() : "its content does not match its name";
}

}  // namespace csb::archive
