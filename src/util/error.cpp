#include "csb/util/error.hpp"

#include <system_error>

namespace csb {

Error errno_error(const std::string& context, int error_number) {
  return {ErrorCode::failed, context + ": " + std::generic_category().message(error_number)};
}

}  // namespace csb
