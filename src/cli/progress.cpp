#include "csb/cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "csb/cli/output.hpp"
#include "csb/cli/words.hpp"
#include "csb/util/text.hpp"

namespace csb::cli {
namespace {

constexpr auto kPatience = std::chrono::milliseconds(500);
constexpr auto kInterval = std::chrono::milliseconds(100);

void write_error_stream(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n <= 0) return;  // a bar nobody can see is no reason to stop
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

}  // namespace

Progress::Progress(std::string label, Unit unit, bool enabled)
    : label_(std::move(label)),
      unit_(unit),
      enabled_(enabled && ::isatty(STDERR_FILENO) == 1),
      next_(Clock::now() + kPatience) {}

Progress::~Progress() { clear(); }

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!enabled_) return;
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock || Clock::now() < next_) return;
  next_ = Clock::now() + kInterval;
  drawn_ = true;
  const std::size_t columns = terminal_columns(STDERR_FILENO).value_or(80);
  write_error_stream("\r" + draw_bar(label_, unit_, done, total, columns - 1) + "\x1b[K");
}

void Progress::clear() {
  const std::lock_guard lock(mutex_);
  if (drawn_) write_error_stream("\r\x1b[K");
  drawn_ = false;
}

std::string draw_bar(const std::string& label, Progress::Unit unit, std::uint64_t done, std::uint64_t total,
                     std::size_t columns) {
  const auto amount = [unit](std::uint64_t n) {
    return unit == Progress::Unit::bytes ? format_bytes(n) : grouped(n);
  };
  if (total == 0) return cut_to_columns(fmt::format("{}  {}", label, amount(done)), columns);
  done = std::min(done, total);
  const double share = static_cast<double>(done) / static_cast<double>(total);
  const std::string figures =
      fmt::format("{:3} %  {} of {}", static_cast<int>(share * 100), amount(done), amount(total));
  const std::size_t taken = display_width(label) + display_width(figures) + 6;
  if (taken + 8 > columns) return cut_to_columns(label + "  " + figures, columns);
  const std::size_t width = std::min<std::size_t>(columns - taken, 40);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
  return fmt::format("{}  [{}{}]  {}", label, std::string(filled, '#'), std::string(width - filled, ' '),
                     figures);
}

}  // namespace csb::cli
