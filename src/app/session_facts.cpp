#include "session_facts.hpp"

namespace csb::app {

catalogue::SessionFacts session_facts(const transcript::Facts& facts) {
  catalogue::SessionFacts result;
  result.title = facts.title();
  result.first_prompt = facts.first_prompt;
  result.start_cwd = facts.start_cwd;
  result.cwd = facts.cwd;
  result.git_branch = facts.git_branch;
  result.version = facts.version;
  result.model = facts.model;
  result.forked_from = facts.forked_from;
  result.first_ns = facts.first_ns;
  result.last_ns = facts.last_ns;
  result.messages = facts.messages;
  result.prompts = facts.prompts;
  result.tool_calls = facts.tool_calls;
  result.bad_rows = facts.bad_rows;
  result.compactions = facts.compactions;
  result.rewinds = facts.rewinds;
  result.first_uuid = facts.first_uuid;
  result.plan_slugs.assign(facts.plan_slugs.begin(), facts.plan_slugs.end());
  return result;
}

}  // namespace csb::app
