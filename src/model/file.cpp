#include "csb/model/file.hpp"

#include <array>
#include <utility>

namespace csb {
namespace {

constexpr std::array<std::pair<ChangeOp, std::string_view>, 5> kOps{{{ChangeOp::add, "add"},
                                                                     {ChangeOp::grow, "grow"},
                                                                     {ChangeOp::rewrite, "rewrite"},
                                                                     {ChangeOp::shrink, "shrink"},
                                                                     {ChangeOp::remove, "delete"}}};

}  // namespace

std::string_view to_string(PathClass path_class) {
  switch (path_class) {
    case PathClass::noise:
      return "noise";
    case PathClass::user:
      return "user";
    case PathClass::secret:
      return "secret";
    case PathClass::foreign:
      return "foreign";
    case PathClass::skip:
      return "skip";
    case PathClass::unknown:
      return "unknown";
  }
  return "unknown";
}

std::string_view to_string(ChangeOp op) {
  for (const auto& [value, name] : kOps)
    if (value == op) return name;
  return "add";
}

std::optional<ChangeOp> parse_change_op(std::string_view text) {
  for (const auto& [value, name] : kOps)
    if (name == text) return value;
  return std::nullopt;
}

}  // namespace csb
