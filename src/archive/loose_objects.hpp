#pragma once

#include <string>
#include <vector>

#include "csb/model/oid.hpp"

namespace csb::archive {

/// A loose object: csb writes none, but an adopted repository has them.
struct LooseObject {
  Oid oid;
  std::string path;
};

[[nodiscard]] std::vector<LooseObject> list_loose_objects(const std::string& git_dir);

/// What is wrong with a loose object's file; empty when it inflates and hashes to its name.
[[nodiscard]] std::string loose_object_fault(const LooseObject& object);

}  // namespace csb::archive
