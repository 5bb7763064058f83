#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "csb/app/diff.hpp"

namespace csb::app {

/// A part of a version that is compared as one: a row of a transcript, a message of a chat.
struct DiffItem {
  std::string_view identity;  ///< what is the same thing in two versions
  std::uint64_t content = 0;  ///< hash of all that may differ of it
  bool is_message = false;
  std::function<DiffRow()> describe;  ///< all but the kind
};
/// Visits the items of a version in their order.
using DiffItems = std::function<void(const std::function<void(const DiffItem&)>&)>;

/// As diff() describes it. `from` is read once, `to` twice.
[[nodiscard]] DiffSummary diff_items(const DiffItems& from, const DiffItems& to,
                                     const std::function<void(const DiffRow&)>& visit);

/// 64 bits that tell contents apart.
[[nodiscard]] std::uint64_t content_hash(std::string_view content);

}  // namespace csb::app
