#include "csb/app/diff.hpp"

#include "csb/util/fd.hpp"
#include "support/catch.hpp"

using namespace csb;
using app::DiffRow;

namespace {

/// Hands the text over in small pieces, as a store does with slices.
app::ContentReader reader(std::string text) {
  return [text = std::move(text)](const auto& sink) {
    for (std::size_t at = 0; at < text.size(); at += 7) sink(as_bytes(std::string_view(text).substr(at, 7)));
  };
}

std::string row(const std::string& uuid, const std::string& content) {
  return R"({"type":"user","uuid":")" + uuid + R"(","message":{"role":"user","content":")" + content +
         "\"}}\n";
}

struct Result {
  app::DiffSummary summary;
  std::string kinds;  ///< one character a row: - + ~
  std::vector<DiffRow> rows;
};

Result compare_by(decltype(app::diff_rows)& compare, const std::string& from, const std::string& to) {
  Result result;
  result.summary = compare(reader(from), reader(to), [&](const DiffRow& r) {
    result.rows.push_back(r);
    result.kinds += r.kind == DiffRow::Kind::lost ? '-' : r.kind == DiffRow::Kind::gained ? '+' : '~';
  });
  return result;
}

Result compare(const std::string& from, const std::string& to) {
  return compare_by(app::diff_rows, from, to);
}
Result compare_chats(const std::string& from, const std::string& to) {
  return compare_by(app::diff_chats, from, to);
}

std::string message(const std::string& uuid, const std::string& sender, const std::string& text) {
  return R"({"uuid":")" + uuid + R"(","sender":")" + sender +
         R"(","created_at":"2026-03-01T10:00:00Z","content":)" + R"([{"type":"text","text":")" + text +
         R"("}]})";
}

std::string chat(const std::string& name, const std::string& messages) {
  return R"({"uuid":"c","name":")" + name + R"(","chat_messages":[)" + messages + "]}";
}

}  // namespace

TEST_CASE("growth is gained, a take-back is lost, in file order") {
  const std::string a = row("1", "one"), b = row("2", "two"), c = row("3", "three");
  const Result grown = compare(a, a + b + c);
  CHECK(grown.kinds == "++");
  CHECK(grown.summary.common == 1);
  CHECK(grown.summary.messages_gained == 2);
  CHECK(grown.rows[0].uuid == "2");
  CHECK(grown.rows[0].offset == a.size());
  CHECK(grown.rows[1].text.find("three") != std::string::npos);
  const Result cut = compare(a + b + c, a);
  CHECK(cut.kinds == "--");
  CHECK(cut.summary.messages_lost == 2);
  CHECK(compare(a + b, a + b).kinds.empty());
  CHECK(compare("", a).kinds == "+");
  CHECK(compare(a, "").kinds == "-");
}

TEST_CASE("the same uuid with other content is one change") {
  const Result result = compare(row("1", "one") + row("2", "two"), row("1", "one") + row("2", "TWO"));
  CHECK(result.kinds == "~");
  CHECK(result.summary.lost == 0);
  CHECK(result.summary.changed == 1);
  CHECK(result.rows[0].text.find("TWO") != std::string::npos);
}

TEST_CASE("rows without a uuid count as often as they occur") {
  const std::string meta = "{\"type\":\"mode\",\"mode\":\"plan\"}\n";
  CHECK(compare(meta + meta, meta + meta + meta).kinds == "+");
  CHECK(compare(meta + meta + meta, meta).kinds == "--");
  CHECK(compare(meta + row("1", "x"), row("1", "x") + meta).kinds.empty());
}

TEST_CASE("torn and binary rows are compared like any other") {
  const std::string torn = "{\"type\":\"us\n", tail = "{\"no newline";
  CHECK(compare(torn + "\xff\xfe\n", torn).kinds == "-");
  CHECK(compare(torn, torn + tail).kinds == "+");
  CHECK(compare(torn + tail, torn + tail).summary.common == 2);
}

TEST_CASE("chats are compared message by message") {
  const std::string a = message("1", "human", "one"), b = message("2", "assistant", "two"),
                    c = message("3", "human", "three");
  const Result grown = compare_chats(chat("x", a), chat("x", a + "," + b + "," + c));
  CHECK(grown.kinds == "++");
  CHECK(grown.summary.common == 2);  // a message, and what is said of the chat
  CHECK(grown.summary.messages_gained == 2);
  CHECK(grown.rows[0].type == "assistant");
  CHECK(grown.rows[0].uuid == "2");
  CHECK(grown.rows[0].text == "two");
  CHECK(grown.rows[0].timestamp == "2026-03-01T10:00:00Z");
  CHECK(grown.rows[1].offset == 2);
  CHECK(compare_chats(chat("x", a + "," + b), chat("x", b)).kinds == "-");
  CHECK(compare_chats(chat("x", a + "," + b), chat("x", b + "," + a)).kinds.empty());

  const Result edited =
      compare_chats(chat("x", a + "," + b), chat("x", a + "," + message("2", "assistant", "TWO")));
  CHECK(edited.kinds == "~");
  CHECK(edited.rows[0].text == "TWO");
}

TEST_CASE("a chat's own change is one row, and no message") {
  const std::string a = message("1", "human", "one");
  const Result renamed = compare_chats(chat("x", a), chat("y", a));
  CHECK(renamed.kinds == "~");
  CHECK(renamed.rows[0].type == "chat");
  CHECK(renamed.rows[0].text == "y");
  CHECK(renamed.summary.changed == 1);
  CHECK(renamed.summary.messages_gained + renamed.summary.messages_lost == 0);
}

TEST_CASE("messages without a uuid, and broken chats, are compared too") {
  const std::string said = R"({"sender":"human","text":"plain"})",
                    other = R"({"sender":"human","text":"other"})";
  CHECK(compare_chats(chat("x", said + "," + said), chat("x", said)).kinds == "-");
  CHECK(compare_chats(chat("x", said), chat("x", said + "," + other)).kinds == "+");
  const std::string whole = chat("x", message("1", "human", "one") + "," + message("2", "human", "two"));
  const Result torn = compare_chats(whole, whole.substr(0, whole.size() - 40));
  CHECK(torn.summary.messages_lost == 1);
  CHECK(compare_chats("", whole).summary.messages_gained == 2);
}
