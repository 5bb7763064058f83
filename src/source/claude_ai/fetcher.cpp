#include "fetcher.hpp"

#include <algorithm>
#include <utility>

#include "json_value.hpp"

namespace csb::claude_ai {
namespace {

constexpr auto kMaxBackoff = std::chrono::seconds(60);
constexpr std::int64_t kMaxRetryAfter = std::int64_t{15} * 60;  ///< seconds: who asks for more is left alone
constexpr int kStepMs = 100;

std::string status_text(const HttpAnswer& answer) {
  return "the service answered " + std::to_string(answer.status);
}

/// error.details.error_code and error.message of the service's own errors.
struct ServiceError {
  std::string code, message;
};
ServiceError service_error(const std::string& body) {
  std::string why;
  const auto document = parse_json(body, why);
  const JsonValue* error = document ? document->find("error") : nullptr;
  if (error == nullptr) return {};
  const JsonValue* details = error->find("details");
  return {details != nullptr ? details->text_of("error_code") : "", error->text_of("message").substr(0, 200)};
}

bool may_pass(Trouble trouble) {
  return trouble == Trouble::rate_limited || trouble == Trouble::server || trouble == Trouble::transport ||
         trouble == Trouble::bad_answer;
}

Failure judge_refusal(const HttpAnswer& answer) {
  const ServiceError error = service_error(answer.error_body);
  if (answer.status == 401 || error.code == "account_session_invalid")
    return {Trouble::key, "the service refuses the session key: it has expired, or is wrong"};
  if (answer.is_challenge || answer.content_type == "text/html")
    return {Trouble::blocked, "Cloudflare blocks programs at the moment (it wants to see a browser)"};
  return {Trouble::forbidden, status_text(answer) + (error.message.empty() ? "" : ": " + error.message)};
}

}  // namespace

bool Failure::ends_run() const {
  return trouble == Trouble::key || trouble == Trouble::blocked || trouble == Trouble::rate_limited ||
         trouble == Trouble::out_of_time || trouble == Trouble::interrupted;
}

Failure judge(const HttpAnswer& answer, bool wants_json) {
  if (answer.is_too_large) return {Trouble::too_large, answer.failure};
  if (answer.is_challenge) return judge_refusal(answer);
  if (!answer.failure.empty() && (answer.status == 0 || answer.status == 200))
    return {Trouble::transport, "no whole answer: " + answer.failure};
  const int status = answer.status;
  if (status == 200) {
    if (wants_json && answer.content_type != "application/json")
      return {Trouble::bad_answer, "the answer is no JSON (" + answer.content_type + ")"};
    return {};
  }
  if (status == 401 || status == 403) return judge_refusal(answer);
  if (status == 404 || status == 410) return {Trouble::missing, status_text(answer) + ": not there"};
  if (status == 429) return {Trouble::rate_limited, "the service asks for fewer requests (429)"};
  if (status >= 300 && status < 400)
    return {Trouble::redirect, status_text(answer) + ": a redirect, which csb does not follow"};
  if (status == 408 || status >= 500) return {Trouble::server, status_text(answer)};
  return {Trouble::forbidden, status_text(answer)};
}

Fetcher::Fetcher(Http& http, FetchOptions options)
    : http_(http), options_(std::move(options)), random_(std::random_device()()) {
  options_.concurrency = std::max<std::size_t>(options_.concurrency, 1);
}

Failure Fetcher::run(std::unique_ptr<Job> job) {
  return run([&] { return std::exchange(job, nullptr); });
}

Failure Fetcher::run(const std::function<std::unique_ptr<Job>()>& next,
                     const std::function<void()>& between) {
  for (;;) {
    if (ended_.trouble == Trouble::none) ended_ = why_to_end();
    if (ended_.trouble != Trouble::none) {
      end(ended_);
      return ended_;
    }
    while (running_.size() < options_.concurrency && Clock::now() >= next_start_) {
      Pending pending = next_pending(next);
      if (!pending.job) break;
      start(std::move(pending));
    }
    if (running_.empty() && waiting_.empty() && Clock::now() >= next_start_) return {};
    http_.step(wait_ms());
    if (between) between();
  }
}

Fetcher::Pending Fetcher::next_pending(const std::function<std::unique_ptr<Job>()>& next) {
  const auto now = Clock::now();
  const auto ready = std::find_if(waiting_.begin(), waiting_.end(),
                                  [&](const Pending& pending) { return pending.not_before <= now; });
  if (ready != waiting_.end()) {
    Pending pending = std::move(*ready);
    waiting_.erase(ready);
    return pending;
  }
  // What failed comes again before ever more is begun.
  if (waiting_.size() >= 4 * options_.concurrency) return {};
  return {next(), 0, {}};
}

int Fetcher::wait_ms() const {
  if (running_.size() >= options_.concurrency) return kStepMs;
  const auto pause =
      std::chrono::duration_cast<std::chrono::milliseconds>(next_start_ - Clock::now()).count();
  return pause < 0 ? kStepMs : static_cast<int>(std::min<std::int64_t>(pause + 1, kStepMs));
}

Failure Fetcher::why_to_end() const {
  if (options_.stop && options_.stop()) return {Trouble::interrupted, "interrupted"};
  if (Clock::now() >= options_.deadline) return {Trouble::out_of_time, "time was up"};
  return {};
}

void Fetcher::start(Pending pending) {
  if (pending.tries++ > 0) ++retried_;
  ++requests_;
  next_start_ = std::max(next_start_, Clock::now() + options_.delay);
  pending.job->begin();
  const auto shared = std::make_shared<Pending>(std::move(pending));
  running_.push_back(shared);
  Job* const job = shared->job.get();
  http_.start({job->path(), [job](std::string_view bytes) { job->receive(bytes); },
               [this, shared](const HttpAnswer& answer) {
                 running_.remove(shared);
                 done(std::move(*shared), answer);
               }});
}

void Fetcher::done(Pending pending, const HttpAnswer& answer) {
  Failure failure = judge(answer, pending.job->wants_json());
  if (failure.trouble == Trouble::none) {
    const std::string wrong = pending.job->complete();
    if (wrong.empty()) return;
    failure = {Trouble::bad_answer, wrong};
  }
  if (failure.trouble == Trouble::key || failure.trouble == Trouble::blocked) {
    pending.job->fail(failure);
    ended_ = failure;
  } else if (may_pass(failure.trouble)) {
    again(std::move(pending), std::move(failure), answer.retry_after_s);
  } else {
    pending.job->fail(failure);
  }
}

void Fetcher::again(Pending pending, Failure failure, std::optional<std::int64_t> retry_after_s) {
  const bool told = retry_after_s.has_value();
  const auto wait = told ? Clock::duration(std::chrono::seconds(*retry_after_s)) : backoff(pending.tries);
  const bool too_long = told && (*retry_after_s > kMaxRetryAfter || Clock::now() + wait >= options_.deadline);
  if (pending.tries > options_.retries || too_long) {
    if (too_long)
      failure = {Trouble::rate_limited,
                 "the service asks to be left alone for " + std::to_string(*retry_after_s) + " s"};
    pending.job->fail(failure);
    if (failure.ends_run()) ended_ = failure;
    return;
  }
  pending.not_before = Clock::now() + wait;
  // Whoever is told to slow down tells all the others.
  if (told || failure.trouble == Trouble::rate_limited)
    next_start_ = std::max(next_start_, pending.not_before);
  waiting_.push_back(std::move(pending));
}

/// Full jitter: many clients that failed together do not come back together.
Fetcher::Clock::duration Fetcher::backoff(std::size_t tries) {
  const auto longest = std::chrono::duration_cast<std::chrono::milliseconds>(kMaxBackoff).count();
  auto bound = std::max<std::int64_t>(options_.retry_wait.count(), 1);
  for (std::size_t i = 1; i < tries && bound < longest; ++i) bound *= 2;
  bound = std::min<std::int64_t>(bound, longest);
  return std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(bound / 4, bound)(random_));
}

void Fetcher::end(const Failure& failure) {
  http_.abort();
  for (const auto& pending : running_)
    if (pending->job) pending->job->fail(failure);
  for (const Pending& pending : waiting_) pending.job->fail(failure);
  running_.clear();
  waiting_.clear();
}

}  // namespace csb::claude_ai
