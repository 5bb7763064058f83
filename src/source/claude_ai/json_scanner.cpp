#include "json_scanner.hpp"

#include <utility>

namespace csb::claude_ai {
namespace {

constexpr std::size_t kMaxDepth = 1000;
constexpr std::size_t kMaxName = 256;
constexpr std::size_t kMaxToken = 64;
constexpr unsigned kReplacement = 0xFFFD;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_high_surrogate(unsigned unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool is_low_surrogate(unsigned unit) { return unit >= 0xDC00 && unit < 0xE000; }

}  // namespace

bool JsonScanner::feed(std::string_view bytes) {
  chunk_ = bytes;
  raw_from_ = 0;
  for (at_ = 0; at_ < chunk_.size() && error_.empty();) {
    const char c = chunk_[at_];
    switch (inside_) {
      case Inside::structure:
        at_ = structure(at_);
        break;
      case Inside::string:
        at_ = string(at_);
        break;
      case Inside::escape:
        escape(c), ++at_;
        break;
      case Inside::hex:
        hex(c), ++at_;
        break;
      case Inside::number:
        at_ = number(at_);
        break;
      case Inside::word:
        word(c), ++at_;
        break;
    }
  }
  if (raw_ && error_.empty()) raw_(chunk_.substr(raw_from_));
  consumed_ += chunk_.size();
  return error_.empty();
}

bool JsonScanner::finish() {
  at_ = 0;
  chunk_ = {};
  if (error_.empty() && inside_ == Inside::number) finish_number();
  if (error_.empty() && (inside_ != Inside::structure || expect_ != Expect::nothing))
    fail("it ends too early");
  return error_.empty();
}

void JsonScanner::begin_raw(std::function<void(std::string_view)> sink) {
  raw_ = std::move(sink);
  raw_from_ = at_;
}

void JsonScanner::end_raw() {
  raw_(chunk_.substr(raw_from_, at_ + 1 - raw_from_));
  raw_ = nullptr;
}

std::size_t JsonScanner::structure(std::size_t at) {
  const char c = chunk_[at];
  if (is_space(c) || byte_order_mark(c)) return at + 1;
  switch (expect_) {
    case Expect::first_element:
      if (c == ']') {
        close(false);
        break;
      }
      begin_value(c);
      break;
    case Expect::value:
    case Expect::element:
      begin_value(c);
      break;
    case Expect::first_name:
    case Expect::name:
      if (c == '}' && expect_ == Expect::first_name) {
        close(true);
      } else if (c == '"') {
        is_name_ = true;
        name_.clear();
        inside_ = Inside::string;
      } else {
        fail("a member's name was expected");
      }
      break;
    case Expect::colon:
      if (c != ':') return fail("a colon was expected"), at;
      expect_ = Expect::value;
      break;
    case Expect::comma:
      if (c == ',') {
        expect_ = stack_.back() ? Expect::name : Expect::element;
      } else if (c == '}' || c == ']') {
        close(c == '}');
      } else {
        fail("a comma was expected");
      }
      break;
    case Expect::nothing:
      fail("something follows the end");
      break;
  }
  return inside_ == Inside::number ? at : at + 1;  // a number takes its own first character
}

/// Some programs write one in front of everything.
bool JsonScanner::byte_order_mark(char c) {
  if (expect_ != Expect::value || !stack_.empty() || mark_ >= kByteOrderMark.size() ||
      c != kByteOrderMark[mark_])
    return false;
  ++mark_;
  return true;
}

void JsonScanner::begin_value(char c) {
  if (mark_ > 0 && mark_ < kByteOrderMark.size()) return fail("a value was expected");
  if (c == '{' || c == '[') return open(c == '{');
  if (c == '"') {
    is_name_ = false;
    inside_ = Inside::string;
    return handler_.text_begin();
  }
  token_.clear();
  if (c == '-' || is_digit(c)) {
    number_state_ = 0;
    inside_ = Inside::number;
    return;
  }
  const std::string_view word = c == 't' ? "true" : c == 'f' ? "false" : c == 'n' ? "null" : "";
  if (word.empty()) return fail("a value was expected");
  token_ = word;
  word_rest_ = word.substr(1);
  inside_ = Inside::word;
}

void JsonScanner::word(char c) {
  if (c != word_rest_.front()) return fail("a value was expected");
  word_rest_.remove_prefix(1);
  if (!word_rest_.empty()) return;
  inside_ = Inside::structure;
  handler_.scalar(token_);
  value_done();
}

void JsonScanner::open(bool is_object) {
  if (stack_.size() >= kMaxDepth) return fail("it is nested too deep");
  handler_.begin(is_object);
  stack_.push_back(is_object);
  expect_ = is_object ? Expect::first_name : Expect::first_element;
}

void JsonScanner::close(bool is_object) {
  if (stack_.empty() || stack_.back() != is_object) return fail("brackets do not match");
  stack_.pop_back();
  handler_.end();
  value_done();
}

void JsonScanner::value_done() { expect_ = stack_.empty() ? Expect::nothing : Expect::comma; }

/// A run of plain characters goes to the handler as it is.
std::size_t JsonScanner::string(std::size_t at) {
  const std::size_t from = at;
  for (; at < chunk_.size(); ++at) {
    const auto c = static_cast<unsigned char>(chunk_[at]);
    if (utf8_left_ == 0 && c < 0x80) {
      if (c == '"' || c == '\\' || c < 0x20) break;
      if (high_ != 0) lone_surrogate();
    } else if (!utf8(c)) {
      return at_ = at, emit(chunk_.substr(from, at - from)), fail("it is not UTF-8"), at;
    }
  }
  if (at > from) emit(chunk_.substr(from, at - from));
  if (at == chunk_.size()) return at;
  if (chunk_[at] == '"') {
    end_string();
  } else if (chunk_[at] == '\\') {
    inside_ = Inside::escape;
  } else {
    at_ = at;
    fail("a control character in a text");
  }
  return at + 1;
}

void JsonScanner::end_string() {
  if (high_ != 0) lone_surrogate();
  inside_ = Inside::structure;
  if (is_name_) {
    handler_.key(name_);
    expect_ = Expect::colon;
  } else {
    handler_.text_end();
    value_done();
  }
}

/// Follows the shape of UTF-8 (RFC 3629, section 4): no overlong forms, no surrogates.
bool JsonScanner::utf8(unsigned char c) {
  if (utf8_left_ > 0) {
    if (c < utf8_low_ || c > utf8_high_) return false;
    utf8_low_ = 0x80, utf8_high_ = 0xBF;
    --utf8_left_;
    return true;
  }
  if (high_ != 0) lone_surrogate();
  if (c < 0xC2 || c > 0xF4) return false;
  utf8_left_ = c < 0xE0 ? 1 : c < 0xF0 ? 2 : 3;
  utf8_low_ = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
  utf8_high_ = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
  return true;
}

void JsonScanner::emit(std::string_view piece) {
  if (!is_name_) return handler_.text(piece);
  name_ += piece.substr(0, kMaxName - std::min(kMaxName, name_.size()));
}

void JsonScanner::emit_character(unsigned code_point) {
  std::string text;
  const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | code_point >> 6), put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | code_point >> 12), put(0x80 | (code_point >> 6 & 0x3F)), put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | code_point >> 18), put(0x80 | (code_point >> 12 & 0x3F));
    put(0x80 | (code_point >> 6 & 0x3F)), put(0x80 | (code_point & 0x3F));
  }
  emit(text);
}

void JsonScanner::lone_surrogate() {
  high_ = 0;
  emit_character(kReplacement);
}

void JsonScanner::escape(char c) {
  constexpr std::string_view kEscapes = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  if (c == 'u') {
    hex_value_ = hex_digits_ = 0;
    inside_ = Inside::hex;
    return;
  }
  const std::size_t which = kEscapes.find(c);
  if (which == std::string_view::npos) return fail("no such escape");
  if (high_ != 0) lone_surrogate();
  emit(kMeanings.substr(which, 1));
  inside_ = Inside::string;
}

void JsonScanner::hex(char c) {
  const char lower = static_cast<char>(c | 0x20);
  if (!is_digit(c) && (lower < 'a' || lower > 'f')) return fail("no such escape");
  hex_value_ = hex_value_ * 16 + static_cast<unsigned>(is_digit(c) ? c - '0' : lower - 'a' + 10);
  if (++hex_digits_ < 4) return;
  inside_ = Inside::string;
  unit(hex_value_);
}

void JsonScanner::unit(unsigned value) {
  if (high_ != 0 && is_low_surrogate(value)) {
    const unsigned code_point = 0x10000 + ((high_ - 0xD800) << 10) + (value - 0xDC00);
    high_ = 0;
    return emit_character(code_point);
  }
  if (high_ != 0) lone_surrogate();
  if (is_high_surrogate(value)) {
    high_ = value;
  } else {
    emit_character(is_low_surrogate(value) ? kReplacement : value);
  }
}

std::size_t JsonScanner::number(std::size_t at) {
  for (; at < chunk_.size(); ++at) {
    if (number_takes(chunk_[at])) {
      if (token_.size() < kMaxToken) token_ += chunk_[at];
      continue;
    }
    at_ = at;
    finish_number();
    return at;
  }
  return at;
}

/// States are named by what was taken last: '-', '0', digits '1', '.', fraction 'f', 'e', its sign '+',
/// exponent 'x'.
bool JsonScanner::number_takes(char c) {
  const auto go = [&](char state) { return number_state_ = state, true; };
  const bool digit = is_digit(c);
  switch (number_state_) {
    case 0:
      return c == '-' ? go('-') : go(c == '0' ? '0' : '1');
    case '-':
      return digit && go(c == '0' ? '0' : '1');
    case '1':
      if (digit) return true;
      [[fallthrough]];
    case '0':
      return c == '.' ? go('.') : (c == 'e' || c == 'E') && go('e');
    case '.':
      return digit && go('f');
    case 'f':
      return digit || ((c == 'e' || c == 'E') && go('e'));
    case 'e':
      return c == '+' || c == '-' ? go('+') : digit && go('x');
    case '+':
      return digit && go('x');
    default:
      return digit;
  }
}

bool JsonScanner::number_may_end() const {
  return number_state_ == '0' || number_state_ == '1' || number_state_ == 'f' || number_state_ == 'x';
}

void JsonScanner::finish_number() {
  if (!number_may_end()) return fail("no number");
  inside_ = Inside::structure;
  handler_.scalar(token_);
  value_done();
}

void JsonScanner::fail(std::string_view why) {
  if (error_.empty()) error_ = std::string(why) + " (byte " + std::to_string(consumed_ + at_) + ")";
}

}  // namespace csb::claude_ai
