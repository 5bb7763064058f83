#include "json_line.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "lines.hpp"
#include "unicode.hpp"

namespace csb::transcript {
namespace {

static_assert(kLinePadding >= simdjson::SIMDJSON_PADDING);

/// The parser needs up to six times a line's length; what one huge line took is given back.
constexpr std::size_t kKeptCapacity = std::size_t{1} << 20;
constexpr std::size_t kLeastCapacity = std::size_t{64} << 10;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A scalar as written; simdjson's token includes the white space behind it.
std::string_view token_of(ondemand::value& value) {
  std::string_view token = value.raw_json_token();
  const std::size_t last = token.find_last_not_of(" \t\r\n");
  return token.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

bool JsonLineReader::read(std::string_view line, const Visit& visit) {
  if (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  // A NUL, which power cuts leave in files, is nowhere allowed; simdjson overlooks it in skipped fields.
  if (line.find('\0') != std::string_view::npos) return false;
  simdjson::error_code error = read_once(line, visit);
  if (error == simdjson::UTF8_ERROR || error == simdjson::STRING_ERROR) {
    repaired_ = repair_unicode(line);
    repaired_.append(kLinePadding, '\0');
    error = read_once(std::string_view(repaired_).substr(0, line.size()), visit);
  }
  return error == simdjson::SUCCESS;
}

simdjson::error_code JsonLineReader::read_once(std::string_view line, const Visit& visit) {
  make_room(line.size());
  ondemand::document document;
  const simdjson::padded_string_view padded(line.data(), line.size(), line.size() + kLinePadding);
  if (const auto error = parser_.iterate(padded).get(document)) return error;
  ondemand::object object;
  if (const auto error = document.get_object().get(object)) return error;
  if (const auto error = visit(object)) return error;
  const bool at_end = document.current_location().error() == simdjson::OUT_OF_BOUNDS;
  return at_end ? simdjson::SUCCESS : simdjson::TRAILING_CONTENT;
}

void JsonLineReader::release() {
  if (parser_.capacity() > kKeptCapacity) parser_ = ondemand::parser();
  if (repaired_.capacity() > kKeptCapacity) repaired_ = std::string();
}

void JsonLineReader::make_room(std::size_t length) {
  (void)simdjson::get_active_implementation();  // throws where it must; called by simdjson it may not
  if (parser_.capacity() > kKeptCapacity && length <= kKeptCapacity) parser_ = ondemand::parser();
  if (parser_.capacity() >= length && parser_.capacity() > 0) return;
  if (parser_.allocate(std::bit_ceil(std::max(length, kLeastCapacity)))) throw std::bad_alloc();
}

std::string_view name_of(ondemand::field& field) {
  const char* const name = field.key().raw();
  const char* const end = std::strchr(name, '"');  // there is one: simdjson has seen the string end
  return end == nullptr ? std::string_view() : std::string_view(name, static_cast<std::size_t>(end - name));
}

simdjson::error_code read_text(ondemand::value& value, std::string_view& out) {
  const std::string_view token = token_of(value);
  if (!token.starts_with('"')) return simdjson::INCORRECT_TYPE;
  if (token.size() < 2 || !token.ends_with('"')) return simdjson::TAPE_ERROR;
  const std::string_view inside = token.substr(1, token.size() - 2);
  if (inside.find('\\') != std::string_view::npos) return value.get_string().get(out);
  out = inside;  // the usual case: no copy
  return simdjson::SUCCESS;
}

bool is_true(ondemand::value& value) { return token_of(value) == "true"; }

}  // namespace csb::transcript
