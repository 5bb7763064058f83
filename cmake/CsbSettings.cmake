# Two interface targets: how csb's own code is compiled, and what it is warned about.
add_library(csb_settings INTERFACE)
target_include_directories(csb_settings INTERFACE ${PROJECT_SOURCE_DIR}/include)
target_compile_features(csb_settings INTERFACE cxx_std_20)
target_compile_definitions(csb_settings INTERFACE _GLIBCXX_ASSERTIONS _FILE_OFFSET_BITS=64)
target_compile_options(csb_settings INTERFACE
  $<$<CONFIG:Release>:-O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -fstack-protector-strong>)
# Release keeps its assertions out of hot loops but never its checks.
string(REPLACE "-O3" "-O2" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
if(NOT APPLE)
  target_link_options(csb_settings INTERFACE LINKER:--as-needed)
  target_link_options(csb_settings INTERFACE $<$<CONFIG:Release>:-pie -Wl,-z,relro -Wl,-z,now>)
endif()
if(CSB_SANITIZE)
  target_compile_options(csb_settings INTERFACE -fsanitize=${CSB_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(csb_settings INTERFACE -fsanitize=${CSB_SANITIZE})
endif()
if(CSB_FUZZ)
  target_compile_options(csb_settings INTERFACE -fsanitize=fuzzer-no-link)
endif()
if(CSB_COVERAGE)
  # Atomic: several threads count.
  target_compile_options(csb_settings INTERFACE --coverage -O0 -fprofile-update=atomic)
  target_link_options(csb_settings INTERFACE --coverage)
endif()

add_library(csb_warnings INTERFACE)
target_compile_options(csb_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
  $<$<CXX_COMPILER_ID:GNU>:-Wnull-dereference>
  $<$<BOOL:${CSB_WERROR}>:-Werror>)
