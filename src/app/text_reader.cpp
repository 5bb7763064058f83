#include "text_reader.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <thread>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/handover.hpp"

namespace csb::app {
namespace {

/// What a batch holds at most, but for a message that is larger.
constexpr std::size_t kBatchTexts = std::size_t{256} << 10;
constexpr std::uint64_t kBatchBytes = std::uint64_t{1} << 20;
/// Read ahead: enough that neither side waits for the other, little beside a row of 16 MiB.
constexpr std::size_t kAhead = std::size_t{4} << 20;
/// For less, a thread is not worth its start.
constexpr std::uint64_t kLittle = std::uint64_t{1} << 20;

class Reader {
 public:
  Reader(const Settings& settings, const std::function<bool(TextBatch)>& give)
      : settings_(settings), give_(give) {}

  /// @return false when the taker has enough
  bool read(const TextTask& task) {
    try {
      for (const Generation& generation : task.generations)
        if (!read(task, generation)) return false;
      return true;
    } catch (const Error& error) {
      if (is_giving_ || error.code() != ErrorCode::failed) throw;
      batch_.failure = Problem{Problem::Severity::note, task.path, error.what(), error.hint()};
      return give();
    }
  }

 private:
  bool read(const TextTask& task, const Generation& generation) {
    begin(task, generation);
    std::optional<Conversation> live;
    if (&generation == &task.generations.back())
      live = open_as_stored(task.root, task.format, task.path, task.last_seen);
    const Conversation conversation =
        live ? std::move(*live) : Conversation::open_stored(settings_, task.format, generation.last);
    const bool has_rows = conversation.has_rows();
    const bool is_begun = has_rows && generation.number == task.file.generation;
    const std::uint64_t from = is_begun ? task.file.indexed_to : 0;
    const std::string owner = owner_of(task.file.session, task.path, task.format);
    std::uint64_t seen = from;
    bool goes_on = true;
    ToolCalls calls;
    const auto visit = [&](Message& message, const MessagePlace& place) {
      for (MessageText& text : texts_of(message, owner, &calls)) {
        held_ += text.text.size();
        batch_.texts.push_back({std::move(text), place.offset, message.time_ns});
      }
      if (place.bytes > 0) {
        batch_.bytes += place.offset + place.bytes - seen;
        seen = place.offset + place.bytes;
      }
      if (held_ < kBatchTexts && batch_.bytes < kBatchBytes) return true;
      if (has_rows) batch_.read_to = std::min(place.offset + place.bytes + 1, generation.last.size);
      goes_on = give();
      begin(task, generation);
      return goes_on;
    };
    const ReadSummary summary = conversation.read(visit, from);
    if (!goes_on) return false;
    batch_.bytes += conversation.size() - std::min(seen, conversation.size());
    batch_.read_to = summary.parsed_to;
    batch_.ends_generation = true;
    return give();
  }

  void begin(const TextTask& task, const Generation& generation) {
    batch_ = {};
    batch_.task = &task;
    batch_.generation = &generation;
    held_ = 0;
  }

  bool give() {
    is_giving_ = true;
    const bool goes_on = give_(std::move(batch_));
    is_giving_ = false;
    return goes_on;
  }

  const Settings& settings_;
  const std::function<bool(TextBatch)>& give_;
  TextBatch batch_;
  std::size_t held_ = 0;    ///< bytes of its texts
  bool is_giving_ = false;  ///< an error now is the taker's, not of the file that is read
};

using Way = Handover<TextBatch>;

void read_onto(Way& way, const Settings& settings, const std::vector<TextTask>& tasks) noexcept {
  try {
    read_texts(settings, tasks, [&](TextBatch batch) {
      const std::size_t size = batch.size();
      return way.give(std::move(batch), size);
    });
    way.end();
  } catch (...) {
    way.end(std::current_exception());
  }
}

}  // namespace

std::size_t TextBatch::size() const {
  std::size_t size = sizeof *this;
  for (const Text& text : texts) size += sizeof text + text.text.text.size() + text.text.tool.size();
  return size;
}

void read_texts(const Settings& settings, const std::vector<TextTask>& tasks,
                const std::function<bool(TextBatch)>& give) {
  Reader reader(settings, give);
  for (const TextTask& task : tasks)
    if (!reader.read(task)) return;
}

void read_texts_ahead(const Settings& settings, const std::vector<TextTask>& tasks,
                      const std::function<bool(TextBatch)>& take) {
  std::uint64_t bytes = 0;
  for (const TextTask& task : tasks) bytes += task.bytes;
  if (bytes <= kLittle) return read_texts(settings, tasks, take);
  Way way(kAhead);
  std::jthread reader;
  try {
    reader = std::jthread([&] { read_onto(way, settings, tasks); });
  } catch (const std::system_error&) {
    return read_texts(settings, tasks, take);  // no more threads
  }
  // However this ends, the reader must not wait for anyone when it is joined.
  const Way::Taker taker(way);
  while (auto batch = way.take())
    if (!take(*std::move(batch))) return;
}

}  // namespace csb::app
