#include <cstdio>
#include <cstdlib>
#include <cstring>

#if __has_include(<catch2/catch_session.hpp>)
#include <catch2/catch_session.hpp>
#else
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#endif

// Tests never run in a person's own home: in_scratch_home says that it made one.
int main(int argc, char** argv) {
  const char* scratch = std::getenv("CSB_TEST_SCRATCH_HOME");
  const char* home = std::getenv("HOME");
  if (scratch == nullptr || home == nullptr || std::strcmp(scratch, home) != 0) {
    std::fputs("refusing to run: HOME is not a scratch one (use tests/support/in_scratch_home)\n", stderr);
    return 1;
  }
  return Catch::Session().run(argc, argv);
}
