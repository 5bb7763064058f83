#pragma once

namespace csb::git2 {

/// While one exists, mbed TLS reads no certificates for the thread that made it.
class NoCertificates {
 public:
  NoCertificates() noexcept;
  ~NoCertificates();
  NoCertificates(const NoCertificates&) = delete;
  NoCertificates& operator=(const NoCertificates&) = delete;
};

}  // namespace csb::git2
