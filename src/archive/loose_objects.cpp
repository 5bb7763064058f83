#include "loose_objects.hpp"

#include <zlib.h>

#include <array>
#include <cstring>
#include <memory>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "pack_file.hpp"
#include "sha1.hpp"

namespace csb::archive {

std::vector<LooseObject> list_loose_objects(const std::string& git_dir) {
  std::vector<LooseObject> objects;
  for (const std::string& fan : fs::read_directory(git_dir + "/objects")) {
    if (fan.size() != 2) continue;
    for (const std::string& name : fs::read_directory(git_dir + "/objects/" + fan))
      if (const auto oid = Oid::parse(fan + name))
        objects.push_back({*oid, git_dir + "/objects/" + fan + "/" + name});
  }
  return objects;
}

namespace {

/// Inflates a whole file, which may be any size. @return what is wrong with it; empty when nothing is
template <typename Sink>
std::string inflate_file(std::span<const std::byte> bytes, const Sink& sink) {
  if (bytes.empty()) return "it is empty";
  z_stream z{};
  if (::inflateInit(&z) != Z_OK) return "zlib failed";
  const std::unique_ptr<z_stream, int (*)(z_streamp)> end(&z, &::inflateEnd);
  z.next_in = static_cast<Bytef*>(const_cast<void*>(static_cast<const void*>(bytes.data())));
  z.avail_in = static_cast<uInt>(bytes.size());
  std::array<std::byte, 65536> window{};
  for (int code = Z_OK; code != Z_STREAM_END;) {
    z.next_out = static_cast<Bytef*>(static_cast<void*>(window.data()));
    z.avail_out = static_cast<uInt>(window.size());
    code = ::inflate(&z, Z_NO_FLUSH);
    if (code != Z_OK && code != Z_STREAM_END) return "it does not inflate";
    sink(std::span<const std::byte>(window).first(window.size() - z.avail_out));
  }
  return {};
}

std::optional<ObjectType> type_by_name(std::string_view name) {
  for (const ObjectType type : {ObjectType::commit, ObjectType::tree, ObjectType::blob, ObjectType::tag})
    if (name == type_name(type)) return type;
  return std::nullopt;
}

}  // namespace

std::string loose_object_fault(const LooseObject& object) {
  const auto file = MappedFile::open(object.path);
  if (!file) return "it vanished";
  Sha1 sha;
  std::string fault = inflate_file(file->bytes(), [&sha](auto piece) { sha.update(piece); });
  if (!fault.empty()) return fault;
  return sha.finish() == object.oid ? std::string() : "its content does not match its name";
}

std::optional<LooseContent> read_loose_object(const std::string& git_dir, const Oid& oid) {
  const std::string hex = oid.hex();
  const auto file = MappedFile::open(git_dir + "/objects/" + hex.substr(0, 2) + "/" + hex.substr(2));
  if (!file) return std::nullopt;
  Bytes whole;  // "<type> <size>", NUL, content
  std::string fault = inflate_file(
      file->bytes(), [&whole](auto piece) { whole.insert(whole.end(), piece.begin(), piece.end()); });
  if (!fault.empty()) throw Error(ErrorCode::failed, fault);
  Sha1 sha;
  sha.update(whole);
  const std::string_view text = as_text(whole);
  const auto type = type_by_name(text.substr(0, text.find(' ')));
  const auto start = text.find('\0');
  if (sha.finish() != oid || !type || start == std::string_view::npos)
    throw Error(ErrorCode::failed, "its content does not match its name");
  whole.erase(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(start) + 1);
  return LooseContent{*type, std::move(whole)};
}

}  // namespace csb::archive
