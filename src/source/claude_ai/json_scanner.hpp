#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace csb::claude_ai {

/// What a JsonScanner meets, in order.
class JsonHandler {
 public:
  JsonHandler() = default;
  JsonHandler(const JsonHandler&) = delete;
  JsonHandler& operator=(const JsonHandler&) = delete;
  virtual ~JsonHandler() = default;

  virtual void begin(bool is_object) = 0;
  virtual void end() = 0;
  /// A member's name, cut at 256 bytes.
  virtual void key(std::string_view name) = 0;
  /// A string comes in any number of pieces, decoded. A piece may end within a character.
  virtual void text_begin() = 0;
  virtual void text(std::string_view piece) = 0;
  virtual void text_end() = 0;
  /// A number, true, false or null as written, cut at 64 bytes.
  virtual void scalar(std::string_view token) = 0;
};

/// A strict JSON tokenizer (RFC 8259) that takes its input in pieces and keeps none of it: an export of
/// 500 MB, or a text of 80 MB in it, needs no more memory than a small one. nlohmann's SAX parser holds
/// each string whole, twice, and refuses escapes of half a surrogate pair, which JavaScript writes; here
/// they become U+FFFD. Nesting beyond 1,000 levels is an error.
class JsonScanner {
 public:
  explicit JsonScanner(JsonHandler& handler) : handler_(handler) {}

  /// @return false once it is no JSON; what follows is ignored
  bool feed(std::string_view bytes);
  /// @return true when exactly one value was fed, and nothing else
  bool finish();

  /// Why it is no JSON, with the offset; empty while it is.
  [[nodiscard]] const std::string& error() const noexcept { return error_; }

  /// In begin() and end(): where that bracket lies.
  [[nodiscard]] std::uint64_t offset() const noexcept { return consumed_ + at_; }

  /// Called in begin(): hands every byte from that bracket on to `sink`, until end_raw() is called in the
  /// end() that belongs to it (whose bracket is the last byte).
  void begin_raw(std::function<void(std::string_view)> sink);
  void end_raw();

 private:
  enum class Expect : std::uint8_t { value, first_element, element, first_name, name, colon, comma, nothing };
  enum class Inside : std::uint8_t { structure, string, escape, hex, number, word };

  std::size_t structure(std::size_t at);
  std::size_t string(std::size_t at);
  std::size_t number(std::size_t at);
  void open(bool is_object);
  void close(bool is_object);
  bool byte_order_mark(char c);
  void begin_value(char c);
  void value_done();
  void escape(char c);
  void hex(char c);
  void unit(unsigned value);
  void emit(std::string_view piece);
  void emit_character(unsigned code_point);
  void lone_surrogate();
  bool utf8(unsigned char c);
  bool number_takes(char c);
  bool number_may_end() const;
  void finish_number();
  void word(char c);
  void end_string();
  void fail(std::string_view why);

  JsonHandler& handler_;
  std::string error_;
  std::string_view chunk_;
  std::uint64_t consumed_ = 0;  ///< bytes of earlier chunks
  std::size_t at_ = 0;          ///< in chunk_
  std::vector<bool> stack_;     ///< true: an object
  Expect expect_ = Expect::value;
  Inside inside_ = Inside::structure;
  bool is_name_ = false;
  std::string name_, token_;
  char number_state_ = 0;
  std::string_view word_rest_;
  unsigned hex_value_ = 0, hex_digits_ = 0, high_ = 0;
  std::size_t mark_ = 0;  ///< bytes of a byte order mark seen
  unsigned utf8_left_ = 0;
  unsigned char utf8_low_ = 0x80, utf8_high_ = 0xBF;
  std::function<void(std::string_view)> raw_;
  std::size_t raw_from_ = 0;
};

}  // namespace csb::claude_ai
