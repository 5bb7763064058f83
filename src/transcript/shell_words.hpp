#pragma once

#include <string>
#include <string_view>

namespace csb::transcript {

/// Splits a shell command into words, as far as one can without running it: quotes and escapes are
/// resolved, comments and the texts of here-documents passed over.
class ShellWords {
 public:
  explicit ShellWords(std::string_view command) : rest_(command) {}

  struct Word {
    std::string text;
    bool is_certain = true;      ///< false: the shell would replace something in it
    bool begins_command = true;  ///< the first word of a command
  };
  /// @return false at the end
  [[nodiscard]] bool next(Word& word);

 private:
  void skip_blanks();
  void read_word(Word& word);
  void read_single_quoted(Word& word);
  void read_double_quoted(Word& word);
  /// "<<WORD": what lies between here and a line that is WORD is text.
  void begin_here_document();
  void end_line();

  std::string_view rest_;
  std::string here_end_;  ///< what ends the here-document that begins with the next line
  bool begins_command_ = true;
};

}  // namespace csb::transcript
