// The parser of search queries: whatever is typed is a query or an Error, and a query holds up.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "app/search_query.hpp"
#include "csb/util/error.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned flags = data[0];
  std::vector<std::string> arguments(1);
  for (std::size_t i = 1; i < size; ++i) {
    if (data[i] == '\n')
      arguments.emplace_back();
    else
      arguments.back() += static_cast<char>(data[i]);
  }
  try {
    const csb::app::SearchQuery query =
        csb::app::parse_query(arguments, {(flags & 1) != 0, (flags & 2) == 0, (flags & 4) == 0});
    std::uint64_t wanted = 0;
    for (std::size_t i = 0; i < query.terms.size(); ++i)
      if (query.wanted.at(i)) wanted |= std::uint64_t{1} << i;
    if (query.terms.empty() || query.terms.size() > csb::app::kMaxTerms) std::abort();
    if (wanted == 0 || query.holds(0)) std::abort();  // it would match where nothing was found
    if (query.is_any() && !query.holds(wanted)) std::abort();
  } catch (const csb::Error&) {
    return 0;
  }
  return 0;
}
