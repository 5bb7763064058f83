#include "csb/util/shared_library.hpp"

#include <dlfcn.h>

#include <utility>

#include "csb/util/error.hpp"

namespace csb {

SharedLibrary::SharedLibrary(const char* file, std::string what, const std::string& hint)
    : handle_(::dlopen(file, RTLD_NOW | RTLD_LOCAL)), what_(std::move(what)) {
  if (handle_ == nullptr) throw Error(ErrorCode::failed, "cannot load " + what_ + ": " + ::dlerror(), hint);
}

void* SharedLibrary::address(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) throw Error(ErrorCode::failed, what_ + " has no function " + name);
  return found;
}

}  // namespace csb
