#pragma once

#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "csb/source/source.hpp"
#include "restore_plan.hpp"

namespace csb::app {

struct CheckAgainst {
  const archive::Store& store;
  const source::PathPolicy& policy;
  std::string root;         ///< the config directory: what absolute links may point into
  std::string destination;  ///< what is written beneath: the root, or another directory
};

/// Judges every item before anything is written: history may be hostile. Finds the entries in the store.
/// An item that may not or cannot be restored is settled as refused or failed, with the reason.
void check_items(SessionPlan& plan, const CheckAgainst& against);

/// Why a link may not be made; empty when it may. `target` is what the link would say, `link` its path
/// relative to `root`.
[[nodiscard]] std::string why_link_is_refused(const std::string& link, const std::string& target,
                                              const source::PathPolicy& policy, const std::string& root);

}  // namespace csb::app
