#pragma once

#include <optional>
#include <string>
#include <vector>

#include "csb/model/oid.hpp"
#include "pack_entry.hpp"

namespace csb::archive {

/// A loose object: csb writes none, but an adopted repository has them.
struct LooseObject {
  Oid oid;
  std::string path;
};

[[nodiscard]] std::vector<LooseObject> list_loose_objects(const std::string& git_dir);

/// What is wrong with a loose object's file; empty when it inflates and hashes to its name.
[[nodiscard]] std::string loose_object_fault(const LooseObject& object);

struct LooseContent {
  ObjectType type;
  Bytes content;
};

/// Reads a loose object. csb does it itself: libgit2 1.5 never returns from reading one that was cut short.
/// @return nothing when the repository has no such file @throws Error{failed} when it is damaged
[[nodiscard]] std::optional<LooseContent> read_loose_object(const std::string& git_dir, const Oid& oid);

}  // namespace csb::archive
