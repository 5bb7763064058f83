#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connection.hpp"
#include "csb/catalogue/text_index.hpp"
#include "csb/util/packed.hpp"

namespace csb::catalogue {

/// What is kept of a text beside its words.
struct DocumentRow {
  std::uint64_t key = 0;
  std::int64_t time_ns = 0;
  TextKind kind = TextKind::prompt;
  std::int64_t tool = 0;  ///< 0: none
  TextPlace place;        ///< where it was seen first

  bool operator==(const DocumentRow&) const = default;
};

/// Rows of documents with consecutive ids, each as what it differs in from the one before: a third of what
/// a row of a table takes.
class DocumentPacker {
 public:
  void add(const DocumentRow& row);
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] std::string bytes() && { return std::move(out_).bytes(); }

 private:
  PackedWriter out_;
  DocumentRow last_;
  std::size_t count_ = 0;
};
/// @throws Damage for bytes that no DocumentPacker wrote
[[nodiscard]] std::vector<DocumentRow> unpack_documents(std::string_view packed);

/// Reads the rows of documents; remembers the block it read last, since neighbours are asked for in turn.
class DocumentReader {
 public:
  /// @throws Damage when there is none
  [[nodiscard]] const DocumentRow& row(Connection& db, std::int64_t document);
  [[nodiscard]] const std::string& tool(Connection& db, std::int64_t id);

 private:
  std::int64_t first_ = 0;
  std::vector<DocumentRow> rows_;
  std::unordered_map<std::int64_t, std::string> tools_;
};

/// Adds rows of documents within one transaction.
class DocumentAppender {
 public:
  /// The id of the document that add() takes next.
  [[nodiscard]] std::int64_t next_id(Connection& db);
  void add(Connection& db, const DocumentRow& row);
  [[nodiscard]] std::int64_t tool_id(Connection& db, std::string_view name);
  /// To be called before the transaction is committed.
  void flush(Connection& db);

 private:
  void go_on(Connection& db);

  std::optional<std::int64_t> first_;  ///< of the block that is being filled; nothing: not looked up yet
  DocumentPacker block_;
  std::unordered_map<std::string, std::int64_t> tools_;
};

}  // namespace csb::catalogue
