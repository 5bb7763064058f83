#include "gather.hpp"

#include <algorithm>

#include "row_rules.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

// What is kept is bounded, whatever a transcript holds.
constexpr std::size_t kPromptCharacters = 200;  ///< as the client cuts its own `lastPrompt`
constexpr std::size_t kMaxText = 4096;          ///< bytes; PATH_MAX
constexpr std::size_t kMaxName = 255;           ///< bytes of a set's element: they are file names
constexpr std::size_t kMaxNames = 1024;

void set_last(std::string& fact, std::string_view text) {
  if (is_present(text)) fact = cut_to_bytes(text, kMaxText);
}

void set_first(std::string& fact, std::string_view text) {
  if (fact.empty()) fact = cut_to_bytes(text, kMaxText);
}

void add_name(std::set<std::string, std::less<>>& names, std::string_view name) {
  if (name.empty() || name.size() > kMaxName || names.size() >= kMaxNames) return;
  if (!names.contains(name)) names.emplace(name);
}

void gather_time(std::int64_t ns, Facts& facts) {
  if (ns == 0) return;
  facts.first_ns = facts.first_ns == 0 ? ns : std::min(facts.first_ns, ns);
  facts.last_ns = std::max(facts.last_ns, ns);
}

void gather_title(const RowFields& row, Facts& facts) {
  if (row.type == "agent-name") set_last(facts.agent_name, row.agent_name);
  if (row.type == "custom-title") set_last(facts.custom_title, row.custom_title);
  if (row.type == "ai-title") set_last(facts.ai_title, row.ai_title);
  if (row.type == "summary") set_last(facts.summary, row.summary);
  if (row.type == "last-prompt") set_last(facts.last_prompt, row.last_prompt);
}

void gather_fork(const RowFields& row, Facts& facts) {
  if (!row.forked_from.empty() && !facts.fork_stated) {
    facts.forked_from = cut_to_bytes(row.forked_from, kMaxName);
    facts.fork_stated = true;
  }
  if (!row.session_id.empty() && row.request_session_id != row.session_id)
    set_first(facts.forked_from, row.request_session_id);
}

bool is_human_prompt(const RowFields& row) {
  if (row.type != "user" || !is_present(row.message_text)) return false;
  if (row.is_meta || row.is_compact_summary || row.is_sidechain) return false;
  return is_typed_text(row.message_text, row.origin);
}

/// The client writes down which row the conversation went back to; like all such rows it may say so again.
void gather_rewind(const RowFields& row, Facts& facts) {
  if (row.type != "last-prompt" || !row.is_explicit) return;
  const std::string_view leaf = cut_to_bytes(row.leaf_uuid, kMaxName);
  if (facts.rewinds > 0 && leaf == facts.rewound_to) return;
  ++facts.rewinds;
  facts.rewound_to = leaf;
}

void gather_message(const RowFields& row, Facts& facts) {
  if (!row.is_message()) return;
  ++facts.messages;
  if (facts.first_uuid.empty()) facts.first_uuid = cut_to_bytes(row.uuid, kMaxName);
  if (is_human_prompt(row)) {
    ++facts.prompts;
    if (facts.first_prompt.empty())
      facts.first_prompt = cut_to_characters(row.message_text, kPromptCharacters);
  }
  if (row.type != "assistant") return;
  facts.tool_calls += row.tool_uses;
  // The client signs its own error messages "<synthetic>".
  if (!row.model.starts_with('<')) set_last(facts.model, row.model);
}

}  // namespace

std::int64_t gather(const RowFields& row, Facts& facts) {
  const std::int64_t time_ns = time_of(row.timestamp);
  ++facts.rows;
  gather_time(time_ns, facts);
  gather_title(row, facts);
  gather_fork(row, facts);
  gather_message(row, facts);
  gather_rewind(row, facts);
  if (row.type == "tool_use") ++facts.tool_calls;  // as old clients wrote them: rows of their own
  if (row.type == "system" && row.subtype == "compact_boundary") ++facts.compactions;
  set_first(facts.start_cwd, row.cwd);
  set_last(facts.cwd, row.cwd);
  if (row.type == "relocated") set_last(facts.cwd, row.relocated_cwd);
  set_last(facts.git_branch, row.git_branch);
  set_last(facts.version, row.version);
  add_name(facts.plan_slugs, row.slug);
  add_name(facts.session_ids, row.session_id);
  return time_ns;
}

}  // namespace csb::transcript
