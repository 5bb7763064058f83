#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace csb::app {

/// Replaces what looks like a secret in a text by "[redacted: KIND]". Best effort: it knows the shapes of
/// common keys and the words that announce a password; a secret without either passes. Linear in the text.
class Redactor {
 public:
  /// @param home when given, it and its form in project folder names become "~"
  explicit Redactor(std::string home = {});

  /// What it knows: API keys (Anthropic, OpenAI, Google, Stripe, npm, Hugging Face), AWS key ids and secrets,
  /// GitHub, GitLab and Slack tokens, JSON Web Tokens, private keys, Authorization headers, passwords in
  /// URLs, and values assigned to names such as "password", "secret", "token", "api_key".
  [[nodiscard]] std::string operator()(std::string_view text);

  /// How many were replaced so far, by kind.
  [[nodiscard]] const std::map<std::string, std::uint64_t, std::less<>>& counts() const { return counts_; }

 private:
  std::string home_, home_slug_;
  std::map<std::string, std::uint64_t, std::less<>> counts_;
};

}  // namespace csb::app
