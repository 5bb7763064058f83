#pragma once

#include <string>
#include <utility>

#include <SQLiteCpp/Exception.h>

#include "csb/util/error.hpp"

namespace csb::catalogue {

/// The file is not a usable catalogue: to be set aside and rebuilt.
class Damage : public Error {
 public:
  explicit Damage(const std::string& what)
      : Error(ErrorCode::failed, what, "it is rebuilt from the store: run csb backup") {}
};

/// An older csb's: whoever writes begins it anew, whoever reads has it rebuilt.
class Outdated : public Damage {
 public:
  using Damage::Damage;
};

/// Another program keeps the file locked.
class Locked : public Error {
 public:
  explicit Locked(const std::string& what)
      : Error(ErrorCode::busy, what, "another run of csb is writing; try again when it has ended") {}
};

/// It lacks what this csb needs: made by a newer one, which will want it back.
class Newer : public Error {
 public:
  explicit Newer(const std::string& what) : Error(ErrorCode::failed, what, "use the newer csb") {}
};

/// What SQLite reported, as one of csb's own errors: Damage, Error{busy} or Error{failed}.
[[noreturn]] void throw_translated(const std::string& path, const SQLite::Exception& error);

/// Runs `work`; SQLite's exceptions do not leave this layer.
template <typename Work>
decltype(auto) translated(const std::string& path, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (const SQLite::Exception& error) {
    throw_translated(path, error);
  }
}

}  // namespace csb::catalogue
