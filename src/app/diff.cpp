#include "csb/app/diff.hpp"

#include "csb/app/cat.hpp"
#include "csb/app/conversation.hpp"
#include "csb/app/log.hpp"
#include "csb/transcript/reader.hpp"
#include "diff_items.hpp"

namespace csb::app {
namespace {

constexpr std::size_t kDescriptionBytes = 200;

DiffRow describe(const transcript::Row& row) {
  DiffRow out;
  out.offset = row.offset;
  out.bytes = row.line.size();
  out.type = row.type;
  out.uuid = row.uuid;
  out.timestamp = row.timestamp;
  out.text = transcript::describe_row(row.line, kDescriptionBytes);
  return out;
}

/// What makes two rows the same row: the uuid where there is one, else the content.
DiffItems rows_of(const ContentReader& read) {
  return [&read](const std::function<void(const DiffItem&)>& visit) {
    transcript::RowSplitter splitter([&](const transcript::Row& row) {
      visit({row.uuid.empty() ? row.line : row.uuid, content_hash(row.line), row.is_message,
             [&row] { return describe(row); }});
    });
    read([&](std::span<const std::byte> bytes) { splitter.feed(bytes); });
    splitter.finish();
  };
}

}  // namespace

DiffSummary diff_rows(const ContentReader& from, const ContentReader& to,
                      const std::function<void(const DiffRow&)>& visit) {
  return diff_items(rows_of(from), rows_of(to), visit);
}

DiffSummary diff(const Settings& settings, const catalogue::Catalogue& catalogue, const DiffRequest& request,
                 const std::function<void(const DiffRow&)>& visit) {
  const LogResult history = log(catalogue, request.session);
  const catalogue::Version from = numbered_version(history.versions, request.from).version;
  const catalogue::Version to = numbered_version(history.versions, request.to).version;
  const auto reader = [&](const catalogue::Version& version) {
    return [&settings, version](const auto& sink) { read_version(settings, version, sink); };
  };
  const bool has_rows = conversation_format(history.session.source).has_rows;
  return (has_rows ? diff_rows : diff_chats)(reader(from), reader(to), visit);
}

}  // namespace csb::app
