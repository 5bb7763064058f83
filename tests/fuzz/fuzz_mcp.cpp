// What a client of the MCP server sends: lines of any bytes get answers that are JSON, one a line.
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/mcp_server.hpp"
#include "csb/util/text.hpp"
#include "fuzz/input.hpp"

using namespace csb;
using namespace csb::cli::mcp;

namespace {

/// Every line in it, fed in pieces.
std::vector<std::string> lines_of(std::string_view bytes, std::uint32_t seed, std::size_t limit) {
  LineSplitter splitter(limit);
  std::vector<std::string> lines;
  const auto take = [&](const LineSplitter::Line& line) {
    CSB_CLAIM(line.text.size() <= limit && line.text.find('\n') == std::string::npos);
    lines.push_back(line.too_long ? "(too long)" : line.text);
  };
  const auto take_all = [&] {
    while (auto line = splitter.next()) take(*line);
  };
  if (seed == 0) {
    splitter.feed(bytes);
    take_all();
  } else {
    fuzz::hand_over_in_pieces(bytes, seed, [&](auto piece) {
      splitter.feed({reinterpret_cast<const char*>(piece.data()), piece.size()});  // NOLINT: bytes as text
      take_all();
    });
  }
  if (auto line = splitter.rest()) take(*line);
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  const std::size_t limit = 1 + std::size_t{data[0]} * 8;
  const auto lines = lines_of(bytes, 0, limit);
  CSB_CLAIM(lines == lines_of(bytes, 7, limit));

  app::Settings settings;  // a home in which nothing was ever archived
  settings.home = settings.store = settings.claude_dir = "/nonexistent/csb-fuzz";
  settings.config_file = "/nonexistent/csb-fuzz/config";
  settings.machine = "box";
  Server server(settings, [](std::string_view line) {
    CSB_CLAIM(line.ends_with('\n') && line.find('\n') == line.size() - 1 && is_valid_utf8(line));
    const auto answer = nlohmann::json::parse(line, nullptr, false);
    CSB_CLAIM(answer.is_object() && answer.value("jsonrpc", "") == "2.0");
  });
  for (const std::string& text : lines) server.receive({text, false});
  server.finish();
  return 0;
}
