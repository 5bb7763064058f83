#pragma once

#include <string>

#include "csb/app/search.hpp"
#include "csb/cli/render.hpp"

namespace csb::cli {

/// Prints hits as they come, under a line for each session.
class SearchPrinter {
 public:
  explicit SearchPrinter(Screen screen) : screen_(screen) {}
  [[nodiscard]] std::string print(const app::SearchHit& hit);

 private:
  [[nodiscard]] std::string heading(const app::SearchHit& hit) const;
  [[nodiscard]] std::string line(const app::SearchText& text, const std::string& shown, Tone tone) const;

  Screen screen_;
  std::string session_;  ///< of the hit before
};

/// The part of a hit's text around its first match on one line of at most `columns`, matches painted.
[[nodiscard]] std::string snippet(const app::SearchHit& hit, std::size_t columns, const Paint& paint);

}  // namespace csb::cli
