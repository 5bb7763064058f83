#include "csb/app/redact.hpp"

#include <utility>

#include "csb/source/claude_code/policy.hpp"
#include "secret_shapes.hpp"

namespace csb::app {
namespace {

/// Part of a name: what follows a folder's path in a longer name that only begins like it.
bool continues_name(std::string_view text, std::size_t at, bool is_slug) {
  if (at >= text.size()) return false;
  const char c = text[at];
  const bool alnum = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  return alnum || (!is_slug && (c == '_' || c == '-'));
}

bool is_at(std::string_view text, std::size_t at, const std::string& what, bool is_slug) {
  return !what.empty() && text.substr(at, what.size()) == what &&
         !continues_name(text, at + what.size(), is_slug);
}

}  // namespace

Redactor::Redactor(std::string home) : home_(std::move(home)) {
  while (home_.size() > 1 && home_.back() == '/') home_.pop_back();
  if (home_.size() <= 1) home_.clear();
  if (!home_.empty()) home_slug_ = claude_code::project_slug(home_);
}

std::string Redactor::operator()(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  std::size_t copied = 0;
  const auto replace = [&](std::size_t begin, std::size_t end, std::string_view by) {
    out += text.substr(copied, begin - copied);
    out += by;
    copied = end;
  };
  for (std::size_t at = 0; at < text.size();) {
    const SecretMatch secret = secret_at(text, at);
    if (!secret.kind.empty()) {
      replace(secret.begin, secret.end, "[redacted: " + std::string(secret.kind) + "]");
      ++counts_[std::string(secret.kind)];
    } else if (is_at(text, at, home_, false)) {
      replace(at, at + home_.size(), "~");
      ++counts_["home-path"];
    } else if (is_at(text, at, home_slug_, true)) {
      replace(at, at + home_slug_.size(), "~");
      ++counts_["home-path"];
    }
    at = copied > at ? copied : at + 1;
  }
  return out.append(text.substr(copied));
}

}  // namespace csb::app
