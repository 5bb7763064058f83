#include "csb/app/diff.hpp"

#include <cstring>
#include <unordered_map>

#include "csb/app/cat.hpp"
#include "csb/app/log.hpp"
#include "csb/archive/store.hpp"
#include "csb/transcript/reader.hpp"
#include "csb/util/fd.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kDescriptionBytes = 200;

std::uint64_t content_hash(std::string_view line) {
  const Oid oid = archive::blob_id(as_bytes(line));
  std::uint64_t hash = 0;
  std::memcpy(&hash, oid.bytes.data(), sizeof hash);
  return hash;
}

/// What makes two rows the same row: the uuid where there is one, else the content.
Oid identity(const transcript::Row& row) {
  return archive::blob_id(as_bytes(row.uuid.empty() ? row.line : row.uuid));
}

struct Remembered {
  std::uint64_t content = 0;    ///< sum of hashes: new rows added, matched old rows taken away
  std::uint32_t count = 0;      ///< rows of the new version with this identity
  std::uint32_t unmatched = 0;  ///< of those, not yet found in the old one

  /// Found as often as before, with other content.
  [[nodiscard]] bool changed() const { return unmatched == 0 && content != 0; }
};
using Rows = std::unordered_map<Oid, Remembered>;

void for_each_row(const ContentReader& read, const std::function<void(const transcript::Row&)>& visit) {
  transcript::RowSplitter splitter(visit);
  read([&](std::span<const std::byte> bytes) { splitter.feed(bytes); });
  splitter.finish();
}

DiffRow describe(DiffRow::Kind kind, const transcript::Row& row) {
  DiffRow out;
  out.kind = kind;
  out.offset = row.offset;
  out.bytes = row.line.size();
  out.type = row.type;
  out.uuid = row.uuid;
  out.timestamp = row.timestamp;
  out.text = transcript::describe_row(row.line, kDescriptionBytes);
  return out;
}

Rows remember(const ContentReader& read) {
  Rows rows;
  for_each_row(read, [&](const transcript::Row& row) {
    Remembered& entry = rows[identity(row)];
    entry.content += content_hash(row.line);
    ++entry.count;
    ++entry.unmatched;
  });
  return rows;
}

}  // namespace

DiffSummary diff_rows(const ContentReader& from, const ContentReader& to,
                      const std::function<void(const DiffRow&)>& visit) {
  DiffSummary summary;
  Rows rows = remember(to);
  for_each_row(from, [&](const transcript::Row& row) {
    const auto found = rows.find(identity(row));
    if (found == rows.end() || found->second.unmatched == 0) {
      ++summary.lost;
      if (row.is_message) ++summary.messages_lost;
      visit(describe(DiffRow::Kind::lost, row));
      return;
    }
    --found->second.unmatched;
    found->second.content -= content_hash(row.line);
  });
  for_each_row(to, [&](const transcript::Row& row) {
    Remembered& entry = rows[identity(row)];
    // Of several equal rows the first ones are the old ones.
    const bool matched = entry.count > entry.unmatched;
    if (matched) --entry.count;
    if (matched && !entry.changed()) {
      ++summary.common;
    } else if (matched) {
      ++summary.changed;
      visit(describe(DiffRow::Kind::changed, row));
    } else {
      ++summary.gained;
      if (row.is_message) ++summary.messages_gained;
      visit(describe(DiffRow::Kind::gained, row));
    }
  });
  return summary;
}

DiffSummary diff(const Settings& settings, const catalogue::Catalogue& catalogue, const DiffRequest& request,
                 const std::function<void(const DiffRow&)>& visit) {
  const LogResult history = log(catalogue, request.session);
  const catalogue::Version from = numbered_version(history.versions, request.from).version;
  const catalogue::Version to = numbered_version(history.versions, request.to).version;
  const auto reader = [&](const catalogue::Version& version) {
    return [&settings, version](const auto& sink) { read_version(settings, version, sink); };
  };
  return diff_rows(reader(from), reader(to), visit);
}

}  // namespace csb::app
