#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/catalogue/catalogue.hpp"

namespace csb::app {

/// What tokens are added up by.
enum class UsageKey { day, week, month, project, model, session };

struct UsageOptions {
  std::vector<UsageKey> by{UsageKey::day};
  catalogue::UsageQuery query;
};

/// The answers that share their keys.
struct UsageLine {
  std::vector<std::string> keys;  ///< one for each of UsageOptions::by; empty where nothing is known
  std::string title;              ///< of the session, when it is one of the keys
  std::uint64_t answers = 0;
  Tokens tokens;
  double cost = 0;                     ///< US dollars, of the answers whose model has a price
  std::uint64_t unpriced_answers = 0;  ///< the others: what they cost is not known
  /// Whose tokens nobody counted: those of chats. They cost nothing in the sums.
  std::uint64_t uncounted_answers = 0;
};

struct UsageResult {
  std::vector<UsageKey> by;
  /// By their times; within one time, and where no key is a time, the most expensive first.
  std::vector<UsageLine> lines;
  UsageLine total;                           ///< without keys
  std::vector<std::string> unpriced_models;  ///< sorted
  bool nothing_stored = false;
};

/// Adds up the tokens of all answers, each once, also of sessions and versions that are gone.
[[nodiscard]] UsageResult usage(const Settings& settings, const catalogue::Catalogue& catalogue,
                                const UsageOptions& options);

[[nodiscard]] std::uint64_t total_of(const Tokens& tokens);

}  // namespace csb::app
