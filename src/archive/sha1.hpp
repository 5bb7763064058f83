#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "csb/model/oid.hpp"

namespace csb::archive {

/// SHA-1 as git uses it, by OpenSSL (hardware instructions where the processor has them). There is no
/// collision detection here; git itself checks for collisions when it reads (fsck, index-pack).
class Sha1 {
 public:
  Sha1();
  ~Sha1();
  void update(std::span<const std::byte> data);
  void update(std::string_view text);
  [[nodiscard]] Oid finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The id of the object "<type> <size>\0<content>".
[[nodiscard]] Oid object_id(std::string_view type, std::span<const std::byte> content);

}  // namespace csb::archive
