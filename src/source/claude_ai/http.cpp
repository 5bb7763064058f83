#include "http.hpp"

#include <algorithm>
#include <exception>
#include <list>
#include <utility>

#include "csb/util/error.hpp"
#include "csb/util/text.hpp"
#include "curl.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxErrorBody = std::size_t{64} << 10;
constexpr std::uint64_t kMaxHeaders = std::uint64_t{256} << 10;
constexpr long kSlowBytes = 100;  ///< a second
constexpr long kConnectSeconds = 15;

struct EasyDelete {
  void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
};
using Easy = std::unique_ptr<CURL, EasyDelete>;

struct MultiDelete {
  void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
};

template <typename Value>
void set(CURL* easy, CURLoption option, Value value) {
  if (curl().easy_setopt(easy, option, value) != CURLE_OK)
    throw Error(ErrorCode::failed, "libcurl refuses option " + std::to_string(option));
}

/// One transfer on its way.
struct Transfer {
  HttpRequest request;
  HttpAnswer answer;
  Easy easy;
  std::uint64_t received = 0, header_bytes = 0, max_body = 0;
  std::exception_ptr thrown;

  [[nodiscard]] bool is_good() const {
    long status = 0;
    curl().easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    return status == 200;
  }

  /// @return false to end the transfer
  bool take_body(std::string_view bytes) {
    received += bytes.size();
    if (!is_good()) {
      answer.error_body += bytes.substr(0, kMaxErrorBody - std::min(kMaxErrorBody, answer.error_body.size()));
      return received <= 16 * kMaxErrorBody;
    }
    if (received > max_body) return answer.is_too_large = true, false;
    try {
      request.receive(bytes);
    } catch (...) {
      thrown = std::current_exception();
      return false;
    }
    return true;
  }

  bool take_header(std::string_view line) {
    header_bytes += line.size();
    if (line.starts_with("HTTP/")) answer.is_challenge = false;  // an interim answer came before
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && ascii_lower(line.substr(0, colon)) == "cf-mitigated")
      answer.is_challenge = ascii_lower(line).find("challenge") != std::string::npos;
    return header_bytes <= kMaxHeaders;
  }

  void finish(CURLcode code) {
    long status = 0;
    const char* type = nullptr;
    curl_off_t retry_after = 0;
    curl().easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    curl().easy_getinfo(easy.get(), CURLINFO_CONTENT_TYPE, &type);
    curl().easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &retry_after);
    answer.status = static_cast<int>(status);
    if (type != nullptr) answer.content_type = ascii_lower(std::string_view(type).substr(0, 128));
    answer.content_type = answer.content_type.substr(0, answer.content_type.find_first_of("; "));
    if (retry_after > 0) answer.retry_after_s = retry_after;
    if (answer.is_too_large) {
      answer.failure = "it is larger than " + format_bytes(max_body);
    } else if (code != CURLE_OK) {
      answer.failure = curl().easy_strerror(code);
    }
  }
};

std::size_t on_body(char* bytes, std::size_t, std::size_t count, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_body({bytes, count}) ? count : count + 1;
}
std::size_t on_header(char* bytes, std::size_t, std::size_t count, void* transfer) {
  return static_cast<Transfer*>(transfer)->take_header({bytes, count}) ? count : count + 1;
}

}  // namespace

struct Http::State {
  std::string origin, cookie, user_agent, proxy;
  HttpLimits limits;
  std::unique_ptr<CURLM, MultiDelete> multi;
  std::list<Transfer> transfers;
  std::vector<Easy> idle;  ///< kept: their set-up costs

  ~State() { claude_ai::wipe(cookie); }

  void prepare(CURL* easy) const;
  void detach(std::list<Transfer>::iterator transfer);
};

Http::Http(std::string origin, const Secret& key, std::string user_agent, std::string proxy,
           HttpLimits limits)
    : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.origin = std::move(origin);
  state.cookie.reserve(key.text().size() + 16);  // so that no copy is left behind
  state.cookie.append("sessionKey=").append(key.text());
  state.user_agent = std::move(user_agent);
  state.proxy = std::move(proxy);
  state.limits = limits;
  state.multi.reset(curl().multi_init());
  if (!state.multi) throw Error(ErrorCode::failed, "libcurl cannot be initialised");
}

Http::~Http() {
  if (state_) abort();
}

void Http::State::prepare(CURL* easy) const {
  set(easy, CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_1_1});
  set(easy, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
  set(easy, CURLOPT_PROTOCOLS_STR, origin.starts_with("https:") ? "https" : "http");
#else
  set(easy, CURLOPT_PROTOCOLS, origin.starts_with("https:") ? long{CURLPROTO_HTTPS} : long{CURLPROTO_HTTP});
#endif
  set(easy, CURLOPT_NOSIGNAL, 1L);
  set(easy, CURLOPT_CONNECTTIMEOUT, std::min(kConnectSeconds, limits.stall_seconds));
  set(easy, CURLOPT_LOW_SPEED_LIMIT, kSlowBytes);
  set(easy, CURLOPT_LOW_SPEED_TIME, limits.stall_seconds);
  set(easy, CURLOPT_TIMEOUT, limits.total_seconds);
  set(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
  set(easy, CURLOPT_NETRC, long{CURL_NETRC_IGNORED});
  set(easy, CURLOPT_PROXY, proxy.c_str());
  set(easy, CURLOPT_SSL_VERIFYPEER, 1L);
  set(easy, CURLOPT_SSL_VERIFYHOST, 2L);
  set(easy, CURLOPT_USERAGENT, user_agent.c_str());
  set(easy, CURLOPT_COOKIE, cookie.c_str());  // no cookie engine: what the service sets is not kept
  set(easy, CURLOPT_WRITEFUNCTION, &on_body);
  set(easy, CURLOPT_HEADERFUNCTION, &on_header);
}

void Http::start(HttpRequest request) {
  State& state = *state_;
  Transfer& transfer = state.transfers.emplace_back();
  transfer.request = std::move(request);
  transfer.max_body = state.limits.max_body;
  try {
    if (state.idle.empty()) {
      transfer.easy.reset(curl().easy_init());
      if (!transfer.easy) throw Error(ErrorCode::failed, "libcurl cannot be initialised");
      state.prepare(transfer.easy.get());
    } else {
      transfer.easy = std::move(state.idle.back());
      state.idle.pop_back();
    }
    CURL* easy = transfer.easy.get();
    set(easy, CURLOPT_URL, (state.origin + transfer.request.path).c_str());
    set(easy, CURLOPT_WRITEDATA, static_cast<void*>(&transfer));
    set(easy, CURLOPT_HEADERDATA, static_cast<void*>(&transfer));
    set(easy, CURLOPT_PRIVATE, static_cast<void*>(&transfer));
    if (curl().multi_add_handle(state.multi.get(), easy) != CURLM_OK)
      throw Error(ErrorCode::failed, "libcurl cannot start a transfer");
  } catch (...) {
    state.transfers.pop_back();
    throw;
  }
}

std::size_t Http::running() const { return state_->transfers.size(); }

void Http::State::detach(std::list<Transfer>::iterator transfer) {
  curl().multi_remove_handle(multi.get(), transfer->easy.get());
  idle.push_back(std::move(transfer->easy));
}

void Http::step(int wait_ms) {
  State& state = *state_;
  int active = 0;
  if (const CURLMcode code = curl().multi_perform(state.multi.get(), &active); code != CURLM_OK)
    throw Error(ErrorCode::failed, std::string("libcurl: ") + curl().multi_strerror(code));
  int left = 0;
  bool any = false;
  while (const CURLMsg* message = curl().multi_info_read(state.multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    any = true;
    void* which = nullptr;
    const CURLcode code = message->data.result;
    curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
    const auto transfer = std::find_if(state.transfers.begin(), state.transfers.end(),
                                       [&](const Transfer& t) { return &t == which; });
    transfer->finish(code);
    state.detach(transfer);
    Transfer ended = std::move(*transfer);
    state.transfers.erase(transfer);
    if (ended.thrown) std::rethrow_exception(ended.thrown);
    ended.request.done(ended.answer);
  }
  if (!any && wait_ms > 0) curl().multi_poll(state.multi.get(), nullptr, 0, wait_ms, nullptr);
}

void Http::abort() {
  State& state = *state_;
  for (auto transfer = state.transfers.begin(); transfer != state.transfers.end(); ++transfer)
    state.detach(transfer);
  state.transfers.clear();
}

std::string url_escape(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

}  // namespace csb::claude_ai
