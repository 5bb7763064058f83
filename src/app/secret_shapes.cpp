#include "secret_shapes.hpp"

#include <algorithm>
#include <array>

#include "csb/util/text.hpp"

namespace csb::app {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || is_digit(c); }
bool is_key(char c) { return is_alnum(c) || c == '_' || c == '-'; }
bool is_upper_key(char c) { return is_upper(c) || is_digit(c); }
bool is_base64(char c) { return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '_' || c == '-'; }
bool is_token(char c) { return is_base64(c) || c == '.' || c == '~'; }
bool is_space(char c) { return c == ' ' || c == '\t'; }

std::size_t run(std::string_view text, std::size_t from, bool (*is)(char)) {
  std::size_t end = from;
  while (end < text.size() && is(text[end])) ++end;
  return end;
}

/// How far is looked before it is decided that something is no secret: what does not end by then is none, or
/// was recognised by its beginning. It keeps the whole linear.
constexpr std::size_t kWindow = 512;

bool starts_at(std::string_view text, std::size_t at, std::string_view prefix) {
  return text.substr(at, prefix.size()) == prefix;
}

/// Keys that their issuers gave a prefix to be known by.
struct KeyShape {
  std::string_view kind, prefix;
  std::size_t least;  ///< characters behind the prefix
  bool (*is)(char) = is_key;
};
constexpr std::array kKeyShapes{
    KeyShape{"anthropic-key", "sk-ant-", 16},
    KeyShape{"openai-key", "sk-", 20},
    KeyShape{"aws-key-id", "AKIA", 16, is_upper_key},
    KeyShape{"aws-key-id", "ASIA", 16, is_upper_key},
    KeyShape{"github-token", "ghp_", 30, is_alnum},
    KeyShape{"github-token", "gho_", 30, is_alnum},
    KeyShape{"github-token", "ghu_", 30, is_alnum},
    KeyShape{"github-token", "ghs_", 30, is_alnum},
    KeyShape{"github-token", "ghr_", 30, is_alnum},
    KeyShape{"github-token", "github_pat_", 22},
    KeyShape{"gitlab-token", "glpat-", 16},
    KeyShape{"slack-token", "xoxb-", 10},
    KeyShape{"slack-token", "xoxa-", 10},
    KeyShape{"slack-token", "xoxp-", 10},
    KeyShape{"slack-token", "xoxr-", 10},
    KeyShape{"slack-token", "xoxs-", 10},
    KeyShape{"google-key", "AIza", 30},
    KeyShape{"stripe-key", "sk_live_", 16},
    KeyShape{"stripe-key", "rk_live_", 16},
    KeyShape{"stripe-key", "sk_test_", 16},
    KeyShape{"npm-token", "npm_", 30, is_alnum},
    KeyShape{"huggingface-token", "hf_", 30, is_alnum},
};

SecretMatch key_at(std::string_view text, std::size_t at) {
  for (const KeyShape& shape : kKeyShapes) {
    if (!starts_at(text, at, shape.prefix)) continue;
    const std::size_t end = run(text, at + shape.prefix.size(), shape.is);
    if (end - at - shape.prefix.size() >= shape.least) return {shape.kind, at, end};
  }
  return {};
}

/// Three parts of base64 with dots between them, the first two of which begin as `{"` does.
SecretMatch web_token_at(std::string_view text, std::size_t at) {
  if (!starts_at(text, at, "eyJ")) return {};
  const std::size_t head = run(text.substr(0, at + kWindow), at, is_key);
  if (head >= text.size() || text[head] != '.' || !starts_at(text, head + 1, "eyJ")) return {};
  const std::size_t body = run(text, head + 1, is_key);
  if (body >= text.size() || text[body] != '.') return {};
  return {"web-token", at, run(text, body + 1, is_key)};
}

/// From "-----BEGIN … PRIVATE KEY-----" to its end line; to the end of the text where that was cut off.
SecretMatch private_key_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestTitle = 60;
  if (!starts_at(text, at, "-----BEGIN ")) return {};
  const auto title_end = text.substr(at, kLongestTitle).find("PRIVATE KEY");
  if (title_end == std::string_view::npos) return {};
  const auto last = text.find("-----END ", at);
  if (last == std::string_view::npos) return {"private-key", at, text.size()};
  const auto close = text.find("-----", last + 9);
  return {"private-key", at, close == std::string_view::npos ? text.size() : close + 5};
}

bool same_ignoring_case(std::string_view text, std::size_t at, std::string_view lower) {
  return text.size() - at >= lower.size() && ascii_lower(text.substr(at, lower.size())) == lower;
}

SecretMatch bearer_at(std::string_view text, std::size_t at) {
  if (text[at] != 'b' && text[at] != 'B') return {};
  for (const std::string_view scheme : {"bearer ", "basic "}) {
    if (!same_ignoring_case(text, at, scheme)) continue;
    const std::size_t begin = at + scheme.size();
    const std::size_t end = run(text, begin, is_token);
    const bool looks_random = std::any_of(text.begin() + static_cast<std::ptrdiff_t>(begin),
                                          text.begin() + static_cast<std::ptrdiff_t>(end), is_digit);
    if (end - begin >= 16 && looks_random) return {"authorization", begin, end};
  }
  return {};
}

/// "://user:password@": the password.
SecretMatch url_password_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 512;  // user and password
  if (!starts_at(text, at, "://")) return {};
  std::size_t colon = 0;
  for (std::size_t i = at + 3; i < text.size() && i < at + 3 + kLongest; ++i) {
    const char c = text[i];
    if (c == '@') {
      const bool any = colon != 0 && i > colon + 1 && text[colon + 1] != '$' && text[colon + 1] != '<';
      return any ? SecretMatch{"url-password", colon + 1, i} : SecretMatch{};
    }
    if (c == ':' && colon == 0) colon = i;
    if (static_cast<unsigned char>(c) <= ' ' || c == '/' || c == '?' || c == '#' || c == '"' || c == '\'' ||
        c == '<')
      break;
  }
  return {};
}

/// Names that announce a secret: how they end.
constexpr std::array<std::string_view, 12> kNames{"password", "passwd",     "passphrase", "pwd",
                                                  "secret",   "token",      "api_key",    "apikey",
                                                  "api-key",  "access_key", "secret_key", "private_key"};

std::string_view name_before(std::string_view text, std::size_t separator) {
  constexpr std::size_t kLongestName = 64;
  std::size_t end = separator;
  while (end > 0 &&
         (is_space(text[end - 1]) || text[end - 1] == '"' || text[end - 1] == '\'' || text[end - 1] == '\\'))
    --end;
  std::size_t begin = end;
  while (begin > 0 && end - begin < kLongestName && is_key(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

bool is_value(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte > ' ' && byte != 0x7f &&
         std::string_view("\"'`\\,;<>(){}[]|&").find(c) == std::string_view::npos;
}

/// "NAME = value", "NAME: value", also quoted, also as JSON inside JSON.
SecretMatch assignment_at(std::string_view text, std::size_t at) {
  if (text[at] != '=' && text[at] != ':') return {};
  const std::string name = ascii_lower(name_before(text, at));
  const auto announces = [&](std::string_view word) { return name.ends_with(word); };
  if (std::none_of(kNames.begin(), kNames.end(), announces)) return {};
  std::size_t begin = at + 1;
  while (begin < text.size() &&
         (is_space(text[begin]) || text[begin] == '"' || text[begin] == '\'' || text[begin] == '\\'))
    ++begin;
  const std::size_t end = run(text.substr(0, begin + kWindow), begin, is_value);
  const std::string_view value = text.substr(begin, end - begin);
  if (value.empty() || value[0] == '$' || value[0] == '%' || value[0] == '*' || value[0] == ':') return {};
  const bool is_password =
      name.ends_with("password") || name.ends_with("passwd") || name.ends_with("passphrase");
  const bool has_digit = std::any_of(value.begin(), value.end(), is_digit);
  if (value.size() < (is_password ? 6U : 8U) || (!is_password && !has_digit)) return {};
  return {"assigned-secret", begin, run(text, end, is_value)};
}

}  // namespace

SecretMatch secret_at(std::string_view text, std::size_t at) {
  const char c = text[at];
  if (c == '=') return assignment_at(text, at);
  if (c == ':') {
    const SecretMatch found = url_password_at(text, at);
    return found.kind.empty() ? assignment_at(text, at) : found;
  }
  if (c == '-') return private_key_at(text, at);
  // The rest are words of their own.
  if (!is_alnum(c) || (at > 0 && (is_alnum(text[at - 1]) || text[at - 1] == '_'))) return {};
  for (const auto find : {key_at, web_token_at, bearer_at})
    if (const SecretMatch found = find(text, at); !found.kind.empty()) return found;
  return {};
}

}  // namespace csb::app
