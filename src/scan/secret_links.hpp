#pragma once

#include <string>
#include <vector>

#include "csb/scan/walk.hpp"
#include "visitor.hpp"

namespace csb::scan {

/// Takes out of `result` what is a secret under an innocent name: a hard link of a secret file. Secrets are
/// looked for among those a walk met, and directly in the root and in its directories, those included that
/// are not walked.
/// @param linked the files of `result` that have several names: hardly ever any, and then nothing is done
/// @param met the secret paths that a walk of everything meets
void leave_out_names_of_secrets(const WalkContext& context, const std::vector<std::string>& linked,
                                const std::vector<std::string>& met, WalkResult& result);

}  // namespace csb::scan
