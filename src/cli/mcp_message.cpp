#include "mcp_message.hpp"

#include <utility>

namespace csb::cli::mcp {
namespace {

std::string to_line(const Json& document) {
  return document.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Message invalid(Message message, int error, std::string what) {
  message.kind = Message::Kind::invalid;
  message.error = error;
  message.what = std::move(what);
  return message;
}

bool is_id(const Json& value) { return value.is_string() || value.is_number_integer(); }

}  // namespace

Message read_message(const Json& document) {
  Message message;
  if (!document.is_object()) return invalid(std::move(message), kInvalidRequest, "a message is an object");
  const Json* id = document.contains("id") ? &document.at("id") : nullptr;
  if (id != nullptr && is_id(*id)) message.id = *id;
  const auto version = document.find("jsonrpc");
  if (version == document.end() || *version != "2.0")
    return invalid(std::move(message), kInvalidRequest, "\"jsonrpc\" must be \"2.0\"");
  if (id != nullptr && !is_id(*id))
    return invalid(std::move(message), kInvalidRequest, "\"id\" must be a string or an integer");
  const auto method = document.find("method");
  if (method == document.end() && (document.contains("result") || document.contains("error"))) {
    message.kind = Message::Kind::response;
    return message;
  }
  if (method == document.end() || !method->is_string())
    return invalid(std::move(message), kInvalidRequest, "\"method\" must be a string");
  message.method = method->get<std::string>();
  const auto params = document.find("params");
  if (params != document.end() && !params->is_null()) {
    if (!params->is_object())
      return invalid(std::move(message), kInvalidParams, "\"params\" must be an object");
    message.params = *params;
  }
  message.kind = id == nullptr ? Message::Kind::notification : Message::Kind::request;
  return message;
}

std::string result_line(const Json& id, const Json& result) {
  return to_line({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}});
}

std::string error_line(const Json& id, int code, std::string_view what) {
  return to_line({{"jsonrpc", "2.0"}, {"id", id}, {"error", {{"code", code}, {"message", what}}}});
}

std::optional<LineSplitter::Line> LineSplitter::next() {
  const std::size_t end = buffer_.find('\n');
  if (end == std::string::npos) {
    if (buffer_.size() <= limit_) return std::nullopt;
    buffer_.clear();
    if (std::exchange(skipping_, true)) return std::nullopt;
    return Line{{}, true};
  }
  Line line{buffer_.substr(0, end), false};
  buffer_.erase(0, end + 1);
  if (std::exchange(skipping_, false)) return next();  // the end of what was too long
  if (line.text.size() > limit_) return Line{{}, true};
  if (line.text.ends_with('\r')) line.text.pop_back();
  return line;
}

std::optional<LineSplitter::Line> LineSplitter::rest() {
  if (buffer_.empty() || skipping_) return std::nullopt;
  return Line{std::exchange(buffer_, {}), false};
}

}  // namespace csb::cli::mcp
