#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "fetcher.hpp"
#include "json_value.hpp"
#include "row_hash.hpp"

namespace csb::claude_ai {

/// One chat in the service's list.
struct Row {
  std::string uuid, name, leaf;
  std::int64_t updated_ns = 0;
  std::uint64_t hash = 0;  ///< of every member that a person would see change
};

/// @return nothing when it names no chat in a usable way
[[nodiscard]] std::optional<Row> read_row(const JsonValue& value);
struct Listing {
  std::vector<Row> rows;       ///< newest first
  bool is_complete = false;    ///< every chat there is; false too when it stopped at what is known
  bool stopped_early = false;  ///< because what followed was known
  std::uint64_t bad_rows = 0;
  std::uint64_t missing = 0;  ///< chats the service counts but does not list
  std::optional<std::uint64_t> count;
  Failure failure;  ///< why it could not be listed
};

/// Lists the chats of one organization, page by page to the true end: by the second version of the list, or
/// the first where there is none. Pages overlap, so that chats which move while it lists are noticed; then,
/// and when the service counts another number, it lists again.
class Lister {
 public:
  /// @param is_known a row as it was when its chat was stored
  Lister(Fetcher& fetcher, std::string organization, std::function<bool(const Row&)> is_known)
      : fetcher_(fetcher), organization_(std::move(organization)), is_known_(std::move(is_known)) {}

  /// @param full to the end; else until two pages in a row hold nothing new
  /// @param known how many chats are known to exist, for those not listed
  [[nodiscard]] Listing list(bool full, const std::set<std::string>& known);

 private:
  struct Page {
    std::vector<Row> rows;
    std::size_t items = 0;  ///< rows, usable or not
    std::uint64_t bad = 0;
    bool has_more = false;
    Failure failure;
  };
  enum class Pass { settled, moved, failed };

  [[nodiscard]] Pass pass(bool full, Listing& listing);
  [[nodiscard]] Page fetch_page(std::size_t offset);
  [[nodiscard]] std::optional<std::uint64_t> fetch_count(Failure& failure);

  Fetcher& fetcher_;
  std::string organization_;
  std::function<bool(const Row&)> is_known_;
  bool is_array_ = false;  ///< the first version of the list
};

}  // namespace csb::claude_ai
