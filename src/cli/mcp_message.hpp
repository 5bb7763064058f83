#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// JSON-RPC 2.0, as the Model Context Protocol uses it: one message a line.
namespace csb::cli::mcp {

using Json = nlohmann::ordered_json;

enum RpcError : int {
  kParseError = -32700,
  kInvalidRequest = -32600,
  kMethodNotFound = -32601,
  kInvalidParams = -32602,
  kInternalError = -32603,
  kOverloaded = -32000,
  kNotInitialized = -32002,
};

/// One message from the client.
struct Message {
  enum class Kind {
    request,
    notification,
    response,  ///< to a request this server never makes
    invalid,   ///< `error` and `what` say why
  };
  Kind kind = Kind::invalid;
  Json id = nullptr;  ///< of a request: a string or an integer
  std::string method;
  Json params = Json::object();
  int error = kInvalidRequest;
  std::string what;
};

/// @param document one message, not a batch
[[nodiscard]] Message read_message(const Json& document);

/// One line, with its line break. Text that is not UTF-8 gets replacement characters.
[[nodiscard]] std::string result_line(const Json& id, const Json& result);
[[nodiscard]] std::string error_line(const Json& id, int code, std::string_view what);

/// Lines of at most so many bytes from pieces of any size. What is longer is passed over to its end.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t limit) : limit_(limit) {}

  void feed(std::string_view piece) { buffer_ += piece; }
  struct Line {
    std::string text;
    bool too_long = false;  ///< said once for each such line; text is empty
  };
  /// The next whole line, without its line break; nothing when more is needed.
  [[nodiscard]] std::optional<Line> next();
  /// What came after the last line break, when nothing more will come.
  [[nodiscard]] std::optional<Line> rest();
  /// Nothing of a next line has come yet.
  [[nodiscard]] bool is_between_lines() const { return buffer_.empty() && !skipping_; }

 private:
  std::size_t limit_;
  std::string buffer_;
  bool skipping_ = false;
};

}  // namespace csb::cli::mcp
