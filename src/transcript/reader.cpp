#include "csb/transcript/reader.hpp"

#include <utility>

#include "csb/util/fd.hpp"
#include "gather.hpp"
#include "gather_details.hpp"
#include "lines.hpp"
#include "row_fields.hpp"

namespace csb::transcript {

struct Reader::State {
  Facts facts;
  LineSplitter lines;
  DetailsGatherer details{};
  RowParser parser{};
  RowFields row{};

  void read(const Line& line) {
    switch (parser.parse(line, row)) {
      case RowKind::blank:
        break;
      case RowKind::object:
        read_good();
        break;
      case RowKind::bad:
        ++facts.bad_rows;
        break;
    }
  }

  void read_good() {
    const std::int64_t time_ns = gather(row, facts);
    details.add(row, facts.cwd, time_ns);
  }
};

Reader::Reader(Facts facts, std::uint64_t offset)
    : state_(std::make_unique<State>(State{std::move(facts), LineSplitter(offset)})) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

void Reader::feed(std::span<const std::byte> bytes) {
  state_->lines.feed(as_text(bytes), [this](const Line& line) { state_->read(line); });
}

const Facts& Reader::facts() const noexcept { return state_->facts; }
const SessionDetails& Reader::details() const noexcept { return state_->details.details(); }
SessionDetails Reader::take_details() noexcept { return state_->details.take(); }
std::uint64_t Reader::parsed_to() const noexcept { return state_->lines.line_start(); }

struct RowSplitter::State {
  std::function<void(const Row&)> visit;
  LineSplitter lines;
  RowParser parser{};
  RowFields fields{};

  void hand_over(const Line& line) {
    const RowKind kind = parser.parse(line, fields);
    if (kind == RowKind::blank) return;
    Row row;
    row.offset = line.offset;
    row.line = line.text;
    row.is_bad = kind == RowKind::bad;
    if (!row.is_bad) {
      row.type = fields.type;
      row.uuid = fields.uuid;
      row.timestamp = fields.timestamp;
      row.is_message = fields.is_message();
    }
    visit(row);
  }
};

RowSplitter::RowSplitter(std::function<void(const Row&)> visit)
    : state_(std::make_unique<State>(State{std::move(visit), LineSplitter()})) {}
RowSplitter::~RowSplitter() = default;

void RowSplitter::feed(std::span<const std::byte> bytes) {
  state_->lines.feed(as_text(bytes), [this](const Line& line) { state_->hand_over(line); });
}

void RowSplitter::finish() {
  if (const auto line = state_->lines.rest()) state_->hand_over(*line);
  state_->lines = LineSplitter(state_->lines.line_start());
}

}  // namespace csb::transcript
