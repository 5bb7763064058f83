#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "csb/app/settings.hpp"
#include "mcp_message.hpp"
#include "mcp_stop.hpp"

namespace csb::cli::mcp {

/// Lines longer than this are refused.
inline constexpr std::size_t kLineLimit = std::size_t{1} << 20;
/// Calls that wait for their turn; more are refused.
inline constexpr std::size_t kMostWaiting = 32;

/// A server of the Model Context Protocol. Calls of tools are answered one after the other on a thread of
/// their own, so that they can be cancelled; everything else at once.
class Server {
 public:
  /// @param write takes one line; called from two threads, never at the same time. What it throws ends the
  ///        server: rethrown by finish()
  Server(app::Settings settings, std::function<void(std::string_view)> write);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void receive(const LineSplitter::Line& line);
  /// No more will come: answers what waits.
  void finish();
  /// The client has what it began with (the list of tools, or a call), and nothing is under way.
  [[nodiscard]] bool is_idle() const;
  /// The client no longer listens.
  [[nodiscard]] bool is_broken() const { return broken_.is_set(); }

 private:
  struct Task {
    Json id;
    const struct Tool* tool = nullptr;
    Json arguments;
    std::shared_ptr<StopFlag> stop;
  };

  void receive_batch(const Json& batch);
  void receive_message(const Json& document);
  void handle_request(const Message& message);
  void handle_notification(const Message& message);
  [[nodiscard]] Json initialize(const Json& params);
  void call_tool(const Message& message);
  void cancel(const Json& id);
  void send(const std::string& line);
  void work();
  [[nodiscard]] Json answer(const Task& task) const;

  app::Settings settings_;
  std::function<void(std::string_view)> write_;
  bool initialized_ = false, takes_batches_ = false, has_served_ = false;

  std::mutex output_mutex_;
  StopFlag broken_;
  std::exception_ptr failure_;

  mutable std::mutex mutex_;  ///< of what follows
  std::condition_variable changed_;
  std::deque<Task> waiting_;
  std::optional<Task> running_;  ///< without its arguments
  bool finished_ = false;
  std::thread worker_;  ///< from the first call of a tool on
};

}  // namespace csb::cli::mcp
