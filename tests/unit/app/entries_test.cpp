#include "entries.hpp"

#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using namespace csb;
using app::Entry;
using Role = Message::Role;

namespace {

Message message(Role role, Block block, const std::string& answer = {}) {
  Message made;
  made.role = role;
  made.message_id = answer;
  made.blocks.push_back(std::move(block));
  return made;
}
Block text(const std::string& what) { return {Block::Kind::text, what, {}, {}, {}, false}; }
Block call(const std::string& id, const std::string& tool = "Bash") {
  return {Block::Kind::tool_use, "ls", tool, id, R"({"command":"ls"})", false};
}
Block result(const std::string& id, const std::string& what) {
  return {Block::Kind::tool_result, what, {}, id, {}, false};
}

/// "prompt:hello", "tool:Bash=output", in the order they come.
std::string assembled(std::vector<Message> messages) {
  std::string all;
  app::EntryAssembler assembler([&](Entry& entry) {
    if (!all.empty()) all += ' ';
    switch (entry.kind) {
      case Entry::Kind::tool:
        all += "tool:" + entry.tool + (entry.output ? "=" + *entry.output : "");
        break;
      case Entry::Kind::prompt:
        all += "prompt:" + entry.text;
        break;
      case Entry::Kind::answer:
        all += "answer:" + entry.text;
        break;
      case Entry::Kind::command:
        all += "command:" + entry.text;
        break;
      case Entry::Kind::client:
        all += "client:" + entry.text;
        break;
      case Entry::Kind::compaction:
        all += "compaction";
        break;
      case Entry::Kind::summary:
        all += "summary:" + entry.text;
        break;
      default:
        all += "other:" + entry.text;
    }
  });
  std::uint64_t offset = 0;
  for (Message& each : messages) assembler.add(each, {offset += 10, 9});
  assembler.finish();
  return all;
}

}  // namespace

TEST_CASE("an output goes to its call, whatever lies between") {
  CHECK(
      assembled({message(Role::human, text("hello")), message(Role::assistant, call("a"), "m1"),
                 message(Role::assistant, call("b", "Read"), "m1"), message(Role::client, result("a", "one")),
                 message(Role::client, result("b", "two")), message(Role::assistant, text("done"), "m2")}) ==
      "prompt:hello tool:Bash=one tool:Read=two answer:done");
  CHECK(
      assembled({message(Role::assistant, call("a"), "m1"), message(Role::assistant, call("b", "Read"), "m1"),
                 message(Role::client, result("b", "two")), message(Role::client, result("a", "one"))}) ==
      "tool:Bash=one tool:Read=two");
}

TEST_CASE("a call that never ended, and an output without a call, are told as they are") {
  CHECK(assembled({message(Role::assistant, call("a"), "m1"), message(Role::human, text("stop")),
                   message(Role::client, result("a", "late"))}) == "tool:Bash prompt:stop tool:=late");
  CHECK(assembled({message(Role::assistant, call("a"), "m1")}) == "tool:Bash");
  CHECK(assembled({message(Role::client, result("", "x"))}) == "tool:=x");
}

TEST_CASE("the client's words are told from a person's") {
  Message summary = message(Role::client, text("so far"));
  summary.is_compact_summary = true;
  Message boundary;
  boundary.role = Role::system;
  boundary.is_compact_boundary = true;
  Message meta = message(Role::client, text("<system-reminder>x</system-reminder>"));
  meta.is_meta = true;
  Message orders = message(Role::client, text("look around"));
  orders.is_sidechain = true;
  CHECK(assembled({boundary, summary, meta, orders,
                   message(Role::client,
                           text("<command-name>/compact</command-name><command-args>a b</command-args>")),
                   message(Role::client, text("<local-command-stdout>Compacted</local-command-stdout>")),
                   message(Role::client, text("<local-command-caveat>do not mind</local-command-caveat>")),
                   message(Role::client, text("<bash-input>ls</bash-input>")),
                   message(Role::title, text("T"))}) ==
        "compaction summary:so far prompt:look around command:/compact a b client:Compacted command:! ls");
}

TEST_CASE("what is held back is bounded") {
  std::vector<Message> messages{message(Role::assistant, call("never"), "m1")};
  for (int i = 0; i < 1000; ++i) messages.push_back(message(Role::client, text("note")));
  std::size_t seen = 0, most_behind = 0, added = 0;
  app::EntryAssembler assembler([&](Entry&) { ++seen; });
  for (Message& each : messages) {
    assembler.add(each, {});
    most_behind = std::max(most_behind, ++added - seen);
  }
  CHECK(most_behind <= 257);
  assembler.finish();
  CHECK(seen == 1001);
}
