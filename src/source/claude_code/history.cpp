#include "csb/source/claude_code/history.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace csb::claude_code {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxLine = std::size_t{4} << 20;
constexpr double kNsPerMs = 1e6;
constexpr double kMostMs = 9e12;  // the year 2255: nanoseconds still fit

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t time_of(const Json& object) {
  const auto found = object.find("timestamp");
  if (found == object.end() || !found->is_number()) return 0;
  const double ms = found->get<double>();
  return ms > 0 && ms < kMostMs ? static_cast<std::int64_t>(std::floor(ms) * kNsPerMs) : 0;
}

/// It becomes a file name.
std::string valid_hash(const std::string& hash) {
  constexpr std::size_t kDigits = 16;
  const bool valid =
      hash.size() == kDigits && hash.find_first_not_of("0123456789abcdef") == std::string::npos;
  return valid ? hash : std::string();
}

std::vector<Paste> pastes_of(const Json& object) {
  std::vector<Paste> pastes;
  const auto found = object.find("pastedContents");
  if (found == object.end() || !found->is_object()) return pastes;
  for (const auto& [number, paste] : found->items()) {
    if (!paste.is_object()) continue;
    Paste made{number, text_of(paste, "content"), valid_hash(text_of(paste, "contentHash"))};
    if (!made.content.empty() || !made.hash.empty()) pastes.push_back(std::move(made));
  }
  return pastes;
}

}  // namespace

std::optional<HistoryEntry> parse_history_line(std::string_view line) {
  const Json object = Json::parse(line, nullptr, false);
  if (!object.is_object()) return std::nullopt;
  const auto prompt = object.find("display");
  if (prompt == object.end() || !prompt->is_string()) return std::nullopt;
  return HistoryEntry{prompt->get<std::string>(), time_of(object), text_of(object, "project"),
                      text_of(object, "sessionId"), pastes_of(object)};
}

void HistoryReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view part = bytes.substr(0, end);
    too_long_ = too_long_ || line_.size() + part.size() > kMaxLine;
    if (too_long_) {
      line_.clear();
    } else {
      line_ += part;
    }
    if (end == std::string_view::npos) return;
    end_of_line();
    bytes.remove_prefix(end + 1);
  }
}

void HistoryReader::finish() { end_of_line(); }

void HistoryReader::end_of_line() {
  const bool blank = line_.find_first_not_of(" \t\r") == std::string::npos;
  if (too_long_) {
    ++bad_;
  } else if (!blank) {
    if (auto entry = parse_history_line(line_)) {
      sink_(*std::move(entry));
    } else {
      ++bad_;
    }
  }
  line_.clear();
  too_long_ = false;
}

}  // namespace csb::claude_code
