#include "csb/source/claude_ai/secret.hpp"

#include <cstddef>

namespace csb::claude_ai {

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // never allocates: it is the capacity
  volatile char* bytes = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) bytes[i] = '\0';
  text.clear();
}

void Secret::wipe() noexcept { claude_ai::wipe(text_); }

}  // namespace csb::claude_ai
