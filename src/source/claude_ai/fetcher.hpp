#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "http.hpp"

namespace csb::claude_ai {

/// Why something was not fetched.
enum class Trouble : std::uint8_t {
  none,
  key,           ///< refused or expired: nothing else will work
  blocked,       ///< Cloudflare wants a browser: nothing else will work
  rate_limited,  ///< asked to wait longer than csb may
  forbidden,     ///< this one thing
  missing,       ///< 404, 410
  redirect,      ///< never followed
  bad_answer,    ///< not what was asked for, several times
  server,        ///< 5xx, several times
  transport,     ///< no whole answer, several times
  too_large,
  out_of_time,  ///< the run's deadline
  interrupted,
};

struct Failure {
  Trouble trouble = Trouble::none;
  std::string what;
  /// Ends the run: what comes next would fare no better.
  [[nodiscard]] bool ends_run() const;
};

/// One thing to fetch. A try begins with begin(); bytes come through receive(); complete() judges them.
class Job {
 public:
  explicit Job(std::string path) : path_(std::move(path)) {}
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  virtual ~Job() = default;

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] virtual bool wants_json() const { return true; }
  virtual void begin() = 0;
  virtual void receive(std::string_view bytes) = 0;
  /// @return empty when the answer is good; else why not, and it is asked for again
  [[nodiscard]] virtual std::string complete() = 0;
  /// Given up. The last complete answer, if any, is what receive() was given.
  virtual void fail(const Failure& failure) = 0;

 private:
  std::string path_;
};

struct FetchOptions {
  std::size_t concurrency = 3;
  std::chrono::milliseconds delay{250};        ///< between the beginnings of two requests
  std::size_t retries = 5;                     ///< after the first try
  std::chrono::milliseconds retry_wait{1000};  ///< the first; doubled each time, with jitter
  std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
  std::function<bool()> stop;  ///< asked often; true: end now
};

/// Fetches jobs politely: so many at a time, so far apart, again after trouble that may pass. "Wait" said
/// to one (Retry-After) holds for all.
class Fetcher {
 public:
  Fetcher(Http& http, FetchOptions options);

  /// Fetches what `next` gives until it gives nothing and nothing is on its way (whose end may have given it
  /// more). `between` is called between transfers.
  /// @return trouble that ended it: then the jobs that were on their way have failed with it
  Failure run(const std::function<std::unique_ptr<Job>()>& next, const std::function<void()>& between = {});
  /// Fetches one.
  Failure run(std::unique_ptr<Job> job);
  /// Tries beyond the first, of all jobs together.
  [[nodiscard]] std::uint64_t retried() const noexcept { return retried_; }
  [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Pending {
    std::unique_ptr<Job> job;
    std::size_t tries = 0;
    Clock::time_point not_before{};
  };

  [[nodiscard]] Pending next_pending(const std::function<std::unique_ptr<Job>()>& next);
  [[nodiscard]] int wait_ms() const;
  void start(Pending pending);
  void done(Pending pending, const HttpAnswer& answer);
  void again(Pending pending, Failure failure, std::optional<std::int64_t> retry_after_s);
  void end(const Failure& failure);
  [[nodiscard]] Clock::duration backoff(std::size_t tries);
  [[nodiscard]] Failure why_to_end() const;

  Http& http_;
  FetchOptions options_;
  std::list<Pending> waiting_;  ///< to be tried again
  std::list<std::shared_ptr<Pending>> running_;
  Clock::time_point next_start_{};  ///< not before: pace, and waits told by the service
  Failure ended_;
  std::mt19937_64 random_;
  std::uint64_t retried_ = 0, requests_ = 0;
};

/// What an answer means, before its content is looked at; none when it is a 200 of the right type.
[[nodiscard]] Failure judge(const HttpAnswer& answer, bool wants_json);

}  // namespace csb::claude_ai
