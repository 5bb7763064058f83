#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "body.hpp"
#include "csb/source/claude_ai/chat.hpp"
#include "fetcher.hpp"
#include "json_scanner.hpp"
#include "json_value.hpp"

namespace csb::claude_ai {

/// A small JSON document, read whole.
struct SmallDocument {
  std::string text;
  JsonValue value;
};

class SmallJob : public Job {
 public:
  /// @param check says what is wrong with it; empty = nothing
  using Check = std::function<std::string(const JsonValue&)>;
  using Done = std::function<void(SmallDocument)>;
  using Failed = std::function<void(const Failure&)>;
  SmallJob(std::string path, Check check, Done done, Failed failed)
      : Job(std::move(path)), check_(std::move(check)), done_(std::move(done)), failed_(std::move(failed)) {}

  void begin() override { document_.text.clear(), is_too_large_ = false; }
  void receive(std::string_view bytes) override;
  std::string complete() override;
  void fail(const Failure& failure) override { failed_(failure); }

 private:
  Check check_;
  Done done_;
  Failed failed_;
  SmallDocument document_;
  bool is_too_large_ = false;
};

/// A document of any size that is kept as it is: JSON (checked while it comes), or any bytes.
class RawJob : public Job {
 public:
  using Done = std::function<void(Body)>;
  using Failed = std::function<void(const Failure&)>;
  RawJob(std::string path, bool is_json, Body body, Done done, Failed failed);

  bool wants_json() const override { return is_json_; }
  void begin() override;
  void receive(std::string_view bytes) override;
  std::string complete() override;
  void fail(const Failure& failure) override { failed_(failure); }

 private:
  struct Check;
  bool is_json_;
  Body body_;
  Done done_;
  Failed failed_;
  std::shared_ptr<Check> check_;
};

/// A chat: its bytes, and what they say.
class ChatJob : public Job {
 public:
  struct Wanted {
    std::string uuid;
    std::int64_t updated_ns = 0;      ///< as the list says; 0: not listed
    std::optional<std::string> leaf;  ///< likewise
  };
  using Done = std::function<void(Body, ChatFacts)>;
  /// The body is an answer that is this chat's, but does not fit together; without it: nothing usable came.
  using Failed = std::function<void(const Failure&, std::optional<Body>)>;
  ChatJob(std::string path, Wanted wanted, Body body, Done done, Failed failed)
      : Job(std::move(path)),
        wanted_(std::move(wanted)),
        body_(std::move(body)),
        done_(std::move(done)),
        failed_(std::move(failed)) {}

  void begin() override;
  void receive(std::string_view bytes) override;
  std::string complete() override;
  void fail(const Failure& failure) override;

 private:
  [[nodiscard]] std::string wrong_with(const ChatFacts& facts) const;
  Wanted wanted_;
  Body body_;
  Done done_;
  Failed failed_;
  std::optional<ChatReader> reader_;
  bool is_suspect_ = false;
};

}  // namespace csb::claude_ai
