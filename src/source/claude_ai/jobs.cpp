#include "jobs.hpp"

#include "csb/util/fd.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxSmall = std::size_t{32} << 20;

}  // namespace

void SmallJob::receive(std::string_view bytes) {
  is_too_large_ = is_too_large_ || document_.text.size() + bytes.size() > kMaxSmall;
  if (!is_too_large_) document_.text += bytes;
}

std::string SmallJob::complete() {
  if (is_too_large_) return "the answer is too large";
  std::string why;
  auto value = parse_json(document_.text, why);
  if (!value) return "the answer is no JSON: " + why;
  if (check_) why = check_(*value);
  if (!why.empty()) return why;
  document_.value = std::move(*value);
  done_(std::move(document_));
  return {};
}

/// Checks JSON without looking at what it says.
struct RawJob::Check : JsonHandler {
  void begin(bool) override { has_brackets = true; }
  void end() override {}
  void key(std::string_view) override {}
  void text_begin() override {}
  void text(std::string_view) override {}
  void text_end() override {}
  void scalar(std::string_view) override {}
  JsonScanner scanner{*this};
  bool has_brackets = false;
};

RawJob::RawJob(std::string path, bool is_json, Body body, Done done, Failed failed)
    : Job(std::move(path)),
      is_json_(is_json),
      body_(std::move(body)),
      done_(std::move(done)),
      failed_(std::move(failed)) {}

void RawJob::begin() {
  body_.clear();
  if (is_json_) check_ = std::make_shared<Check>();
}

void RawJob::receive(std::string_view bytes) {
  body_.append(bytes);
  if (is_json_) check_->scanner.feed(bytes);
}

std::string RawJob::complete() {
  if (is_json_ && !check_->scanner.finish()) return "the answer is no JSON: " + check_->scanner.error();
  if (is_json_ && !check_->has_brackets) return "the answer is no document";
  done_(std::move(body_));
  return {};
}

void ChatJob::begin() {
  body_.clear();
  reader_.emplace();
  is_suspect_ = false;
}

void ChatJob::receive(std::string_view bytes) {
  body_.append(bytes);
  reader_->feed(as_bytes(bytes));
}

std::string ChatJob::wrong_with(const ChatFacts& facts) const {
  if (!facts.is_complete) return "the answer is no JSON: " + facts.error;
  if (facts.uuid != wanted_.uuid) return "the answer is another chat";
  if (!facts.has_messages) return "the answer has no messages";
  if (facts.updated_ns < wanted_.updated_ns) return "the answer is older than the list says";
  if (wanted_.leaf && facts.updated_ns == wanted_.updated_ns && facts.leaf_uuid != *wanted_.leaf)
    return "the answer lacks the last message the list names";
  return {};
}

std::string ChatJob::complete() {
  ChatFacts facts = reader_->finish();
  if (std::string wrong = wrong_with(facts); !wrong.empty()) return wrong;
  is_suspect_ = facts.duplicate_messages > 0 || facts.missing_parents > 0;
  if (facts.duplicate_messages > 0) return "the answer has messages twice";
  if (facts.missing_parents > 0) return "the answer lacks messages that others follow";
  done_(std::move(body_), std::move(facts));
  return {};
}

void ChatJob::fail(const Failure& failure) {
  if (is_suspect_ && failure.trouble == Trouble::bad_answer) return failed_(failure, std::move(body_));
  failed_(failure, std::nullopt);
}

}  // namespace csb::claude_ai
