#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/catch.hpp"

/// Runs real git as the judge. @return its standard output and error
inline std::string shell(const std::string& command, int& status) {
  std::string out;
  FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer{};
  for (std::size_t n; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
    out.append(buffer.data(), n);
  status = ::pclose(pipe);
  return out;
}

inline std::string git(const std::string& store, const std::string& arguments) {
  int status = 0;
  std::string out = shell("git --git-dir='" + store + "' " + arguments, status);
  INFO("git " << arguments << ": " << out);
  REQUIRE(status == 0);
  return out;
}

/// fsck finds nothing to say (dangling objects of abandoned runs aside).
inline void require_sound(const std::string& store) {
  const std::string said = git(store, "fsck --strict --full --no-dangling --no-progress");
  INFO(said);
  REQUIRE(said.empty());
}
