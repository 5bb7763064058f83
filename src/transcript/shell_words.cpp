#include "shell_words.hpp"

namespace csb::transcript {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool ends_command(char c) { return c == ';' || c == '&' || c == '|' || c == '(' || c == ')'; }
bool ends_word(char c) { return is_blank(c) || c == '\n' || ends_command(c) || c == '<' || c == '>'; }

/// What the shell expands, when it is not quoted.
bool is_expanded(char c) {
  return c == '$' || c == '`' || c == '*' || c == '?' || c == '[' || c == ']' || c == '{' || c == '}';
}

}  // namespace

bool ShellWords::next(Word& word) {
  while (true) {
    skip_blanks();
    if (rest_.empty()) return false;
    const char c = rest_.front();
    if (c == '\n') {
      end_line();
    } else if (c == '#') {
      rest_.remove_prefix(std::min(rest_.size(), rest_.find('\n')));
    } else if (ends_command(c)) {
      begins_command_ = true;
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("<<<")) {
      rest_.remove_prefix(3);
    } else if (rest_.starts_with("<<")) {
      begin_here_document();
    } else if (c == '<' || c == '>') {
      rest_.remove_prefix(1);
    } else {
      break;
    }
  }
  read_word(word);
  word.begins_command = begins_command_;
  begins_command_ = false;
  return true;
}

void ShellWords::skip_blanks() {
  while (!rest_.empty()) {
    if (is_blank(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (rest_.starts_with("\\\n")) {
      rest_.remove_prefix(2);
    } else {
      return;
    }
  }
}

void ShellWords::read_word(Word& word) {
  word = Word();
  while (!rest_.empty() && !ends_word(rest_.front())) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '\'') {
      read_single_quoted(word);
    } else if (c == '"') {
      read_double_quoted(word);
    } else if (c == '\\') {
      if (rest_.empty()) return;
      if (rest_.front() != '\n') word.text += rest_.front();
      rest_.remove_prefix(1);
    } else {
      if (is_expanded(c) || (c == '~' && word.text.empty())) word.is_certain = false;
      word.text += c;
    }
  }
}

void ShellWords::read_single_quoted(Word& word) {
  const auto end = rest_.find('\'');
  if (end == std::string_view::npos) word.is_certain = false;
  word.text += rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
}

void ShellWords::read_double_quoted(Word& word) {
  while (!rest_.empty()) {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c == '"') return;
    if (c == '$' || c == '`') word.is_certain = false;
    if (c == '\\' && !rest_.empty() &&
        std::string_view("\"\\$`\n").find(rest_.front()) != std::string_view::npos) {
      if (rest_.front() != '\n') word.text += rest_.front();
      rest_.remove_prefix(1);
    } else {
      word.text += c;
    }
  }
  word.is_certain = false;  // it never ended
}

void ShellWords::begin_here_document() {
  rest_.remove_prefix(rest_.starts_with("<<-") ? 3 : 2);
  skip_blanks();
  Word end;
  read_word(end);
  if (here_end_.empty()) here_end_ = end.text;
}

void ShellWords::end_line() {
  begins_command_ = true;
  rest_.remove_prefix(1);
  if (here_end_.empty()) return;
  while (!rest_.empty()) {
    std::string_view line = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(std::min(rest_.size(), line.size() + 1));
    while (line.starts_with('\t')) line.remove_prefix(1);
    if (line == here_end_) break;
  }
  here_end_.clear();
}

}  // namespace csb::transcript
