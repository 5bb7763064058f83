#include "remote_url.hpp"

#include <algorithm>
#include <optional>

#include "csb/util/text.hpp"

namespace csb::scan {
namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

void skip_space(std::string_view& text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
}

/// What a backslash and `c` stand for in a quoted or bare value; a line end stands for nothing.
void append_escaped(std::string& out, char c) {
  switch (c) {
    case 'n':
      out += '\n';
      break;
    case 't':
      out += '\t';
      break;
    case 'b':
      out += '\b';
      break;
    case '\n':
      break;
    default:
      out += c;
  }
}

/// The name of the remote whose section begins here (at '['), which is consumed; nothing for any other.
std::optional<std::string> take_section(std::string_view& text) {
  text.remove_prefix(1);
  const std::size_t name_end = text.find_first_of(" \t]\n");
  if (name_end == std::string_view::npos) {
    text = {};
    return std::nullopt;
  }
  const std::string section = ascii_lower(text.substr(0, name_end));
  text.remove_prefix(name_end);
  skip_space(text);
  std::string remote;
  if (!text.empty() && text.front() == '"') {
    for (text.remove_prefix(1); !text.empty() && text.front() != '"' && text.front() != '\n';
         text.remove_prefix(1)) {
      if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
      remote += text.front();
    }
    if (!text.empty() && text.front() == '"') text.remove_prefix(1);
  }
  if (!text.empty() && text.front() == ']') text.remove_prefix(1);
  if (section != "remote") return std::nullopt;
  return remote;
}

/// The value after a key's '=', up to the end of the line, which stays.
std::string take_value(std::string_view& text) {
  skip_space(text);
  std::string value;
  std::size_t kept = 0;  // without the white space at the end
  bool quoted = false;
  for (; !text.empty() && text.front() != '\n'; text.remove_prefix(1)) {
    const char c = text.front();
    if (!quoted && (c == '#' || c == ';')) break;
    if (c == '"') {
      quoted = !quoted;
      continue;
    }
    if (c == '\\' && text.size() > 1) {
      text.remove_prefix(1);
      append_escaped(value, text.front());
    } else {
      value += c;
    }
    if (quoted || !is_space(c)) kept = value.size();
  }
  value.resize(kept);
  return value;
}

void skip_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
}

}  // namespace

std::string remote_url(std::string_view config) {
  std::string first;
  std::optional<std::string> remote;
  while (!config.empty()) {
    skip_space(config);
    if (config.empty()) break;
    if (config.front() == '[') {
      remote = take_section(config);
      continue;
    }
    const std::size_t key_end = config.find_first_of(" \t=\n#;");
    const std::string key = ascii_lower(config.substr(0, key_end));
    config.remove_prefix(key_end == std::string_view::npos ? config.size() : key_end);
    skip_space(config);
    if (remote && key == "url" && !config.empty() && config.front() == '=') {
      config.remove_prefix(1);
      std::string url = take_value(config);
      if (*remote == "origin" && !url.empty()) return url;
      if (first.empty()) first = url;
    }
    skip_line(config);
  }
  return first;
}

std::string without_credentials(std::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) {
    // "git@host:path" is how ssh is told its user; "user:password@host" is somebody's mistake.
    const std::size_t at = url.find('@');
    const std::size_t colon = url.find(':');
    const bool has_password = at != std::string_view::npos && colon < at && url.find('/') > at;
    return std::string(has_password ? url.substr(at + 1) : url);
  }
  url = url.substr(0, url.find_first_of("?#"));
  const std::string scheme = ascii_lower(url.substr(0, scheme_end));
  const std::size_t host = scheme_end + 3;
  const std::size_t path = url.find('/', host);
  const std::string_view authority = url.substr(host, path == std::string_view::npos ? path : path - host);
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return std::string(url);
  std::string kept(url.substr(0, host));
  if (scheme.find("ssh") != std::string::npos) {
    kept += authority.substr(0, std::min(at, authority.find(':')));
    kept += '@';
  }
  kept += url.substr(host + at + 1);
  return kept;
}

}  // namespace csb::scan
