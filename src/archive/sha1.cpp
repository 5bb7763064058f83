#include "sha1.hpp"

// The low-level interface is deprecated in OpenSSL 3 in favour of EVP, which would pull the provider
// machinery into a static link and its set-up into every start; the functions themselves stay.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <string>

#include "csb/archive/store.hpp"
#include "csb/util/fd.hpp"

namespace csb::archive {

struct Sha1::State {
  SHA_CTX context;
};

Sha1::Sha1() : state_(std::make_unique<State>()) { SHA1_Init(&state_->context); }
Sha1::~Sha1() = default;

void Sha1::update(std::span<const std::byte> data) {
  SHA1_Update(&state_->context, data.data(), data.size());
}
void Sha1::update(std::string_view text) { update(as_bytes(text)); }

Oid Sha1::finish() {
  Oid oid;
  SHA1_Final(oid.bytes.data(), &state_->context);
  return oid;
}

Oid object_id(std::string_view type, std::span<const std::byte> content) {
  Sha1 sha;
  std::string header(type);
  header += ' ';
  header += std::to_string(content.size());
  header += '\0';
  sha.update(header);
  sha.update(content);
  return sha.finish();
}

Oid blob_id(std::span<const std::byte> content) { return object_id("blob", content); }

std::uint64_t tail_checksum(std::span<const std::byte> slice) {
  constexpr std::size_t kTail = 4096;
  Sha1 sha;
  sha.update(slice.size() > kTail ? slice.last(kTail) : slice);
  const Oid digest = sha.finish();
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i) value = (value << 8) | digest.bytes[i];
  return value;
}

}  // namespace csb::archive
