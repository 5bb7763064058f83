#pragma once

#include <string>

namespace csb {

/// A shared library loaded when it is needed, and never unloaded.
class SharedLibrary {
 public:
  /// @param what for people: "libcurl". @throws Error{failed} with `hint` when it cannot be loaded
  SharedLibrary(const char* file, std::string what, const std::string& hint);

  /// Points `function` at the library's function of that name. @throws Error{failed} when it has none
  template <typename Function>
  void find(Function*& function, const char* name) const {
    function = reinterpret_cast<Function*>(address(name));
  }
  /// The same, as an address.
  [[nodiscard]] void* address(const char* name) const;

 private:
  void* handle_;
  std::string what_;
};

}  // namespace csb
