#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "csb/source/claude_ai/secret.hpp"

namespace csb::claude_ai {

/// Bounds of every transfer.
struct HttpLimits {
  std::uint64_t max_body = std::uint64_t{256} << 20;  ///< bytes, after decompression
  long stall_seconds = 30;                            ///< below 100 bytes a second for this long: given up
  long total_seconds = 1800;
};

/// How a transfer ended.
struct HttpAnswer {
  int status = 0;             ///< 0: none came
  std::string content_type;   ///< in lower case, without parameters
  bool is_challenge = false;  ///< Cloudflare wants a browser
  std::optional<std::int64_t> retry_after_s;
  std::string error_body;     ///< of an answer other than 200, at most 64 KiB
  std::string failure;        ///< what went wrong with the transfer itself; empty: nothing
  bool is_too_large = false;  ///< that was it
};

/// One GET. The receiver of bytes gets those of a 200 only.
struct HttpRequest {
  std::string path;                               ///< with its query, from "/api/" on
  std::function<void(std::string_view)> receive;  ///< may throw: the transfer ends, and step() throws it
  std::function<void(const HttpAnswer&)> done;
};

/// GETs to one origin, several at a time, in one thread: HTTP/1.1, no redirect followed, no cookie but the
/// session key, no proxy but the configured one, certificates checked.
class Http {
 public:
  Http(std::string origin, const Secret& key, std::string user_agent, std::string proxy, HttpLimits limits);
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  void start(HttpRequest request);
  [[nodiscard]] std::size_t running() const;
  /// Moves transfers on, waiting up to `wait_ms` for something to happen; calls done() for those that ended.
  void step(int wait_ms);
  /// Ends all transfers; their done() is not called.
  void abort();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// One component of a path or a query's value, percent-encoded.
[[nodiscard]] std::string url_escape(std::string_view text);

}  // namespace csb::claude_ai
