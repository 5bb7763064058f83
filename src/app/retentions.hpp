#pragma once

#include <map>
#include <string>

#include "csb/catalogue/catalogue.hpp"
#include "csb/source/source.hpp"

namespace csb::app {

/// How long each root's owner keeps sessions, each looked up once.
class Retentions {
 public:
  /// Of the root the session lies in; no days where that is not on this machine.
  [[nodiscard]] const source::Retention& of(const catalogue::Session& session);

 private:
  std::map<std::string, source::Retention> by_root_;
};

}  // namespace csb::app
