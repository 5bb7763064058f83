#include "retentions.hpp"

#include <optional>

#include "csb/app/roots.hpp"

namespace csb::app {

const source::Retention& Retentions::of(const catalogue::Session& session) {
  const auto [entry, is_new] =
      by_root_.try_emplace(session.root_path, source::Retention{std::nullopt, "not on this machine"});
  if (is_new && !session.root_path.empty())
    if (const source::Source* source = find_source(session.source))
      entry->second = source->retention(session.root_path);
  return entry->second;
}

}  // namespace csb::app
