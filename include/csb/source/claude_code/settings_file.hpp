#pragma once

#include <string>
#include <string_view>

namespace csb::claude_code {

/// A settings file of the client, read in order to be changed (json_edit.hpp) and written back.
struct SettingsFile {
  std::string path;   ///< where it really is: a link to it is followed, and stays
  std::string bytes;  ///< as read; empty when it does not exist
  bool exists = false;
  unsigned mode = 0600;

  /// What is to be edited: the bytes, or an empty object where there are none.
  [[nodiscard]] std::string text() const;
};

/// @throws Error{failed} when it cannot be read, or is no JSON object: csb then changes nothing
[[nodiscard]] SettingsFile read_settings_file(const std::string& path);

/// Replaces the file, atomically and with the mode it had. @throws Error{failed} when it is no longer as it
/// was read, or `bytes` is no JSON object
void write_settings_file(const SettingsFile& read, std::string_view bytes);

}  // namespace csb::claude_code
