# Every third-party library, once, as an imported target. Headers are SYSTEM by import.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(LibGit2 1.5 REQUIRED MODULE)   # headers and the library's name; loaded on first use, see src/archive/git2.hpp
find_package(fmt REQUIRED)
find_package(simdjson REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 REQUIRED)
find_package(ZLIB REQUIRED)

# The name by which a library is loaded at run time: libzip.so is a link to libzip.so.4 or libzip.so.5.
function(csb_name_at_run_time RESULT LIBRARY)
  file(REAL_PATH "${LIBRARY}" file)
  if(NOT APPLE)   # where libraries are not looked for by name alone
    get_filename_component(file "${file}" NAME)
    string(REGEX REPLACE "(\\.so\\.[0-9]+).*" "\\1" file "${file}")
  endif()
  set(${RESULT} "${file}" PARENT_SCOPE)
endfunction()

# What a start of csb loads it pays for, used or not: fmt, simdjson, ISA-L, zlib and with them the C++ runtime cost
# 1 ms of 10. What every command needs is therefore linked in, and the rest loaded on first use.
add_library(csb_fmt STATIC cmake/fmt.cpp)
target_compile_features(csb_fmt PUBLIC cxx_std_20)
target_include_directories(csb_fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
# See src/transcript/simdjson_library.cpp. What an unoptimised build calls besides is linked as ever, and so is an
# archive; csb_settings has the linker leave a shared library out where nothing else of it is called.
find_library(CSB_SIMDJSON NAMES simdjson REQUIRED)
add_library(csb_simdjson INTERFACE)
target_include_directories(csb_simdjson SYSTEM
  INTERFACE $<TARGET_PROPERTY:simdjson::simdjson,INTERFACE_INCLUDE_DIRECTORIES>)
target_compile_definitions(csb_simdjson INTERFACE
  $<TARGET_PROPERTY:simdjson::simdjson,INTERFACE_COMPILE_DEFINITIONS>)
target_link_libraries(csb_simdjson INTERFACE ${CSB_SIMDJSON})
if(NOT CSB_SIMDJSON MATCHES "\\.a$")
  csb_name_at_run_time(_simdjson ${CSB_SIMDJSON})
  target_compile_definitions(csb_simdjson INTERFACE CSB_LIBSIMDJSON="${_simdjson}")
endif()
# The C++ runtime: linked in where there is an archive of it (Debian); not beneath a sanitizer, which brings its own.
# Its unwinder stays shared: exceptions pass through frames of libc's (std::call_once), which has the shared one.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_LINK_OPTIONS -static-libstdc++ -shared-libgcc)
check_cxx_source_compiles("#include <string>\nint main(int n, char** a) { return std::string(a[0]).size() > 9 * n; }"
  CSB_CAN_LINK_RUNTIME)
set(CSB_RUNTIME_OPTIONS "")
if(CSB_CAN_LINK_RUNTIME AND NOT APPLE AND NOT CSB_SANITIZE AND NOT CSB_FUZZ)
  set(CSB_RUNTIME_OPTIONS ${CMAKE_REQUIRED_LINK_OPTIONS})
endif()
unset(CMAKE_REQUIRED_LINK_OPTIONS)

# SHA-1 comes from libcrypto. The static archive is preferred: only the hash is linked in, and a start
# of csb is spared the 1.4 ms that loading the shared library costs.
find_path(CSB_OPENSSL_INCLUDE openssl/sha.h REQUIRED)
find_library(CSB_LIBCRYPTO NAMES libcrypto.a crypto REQUIRED)
add_library(csb_libcrypto INTERFACE)
target_include_directories(csb_libcrypto SYSTEM INTERFACE ${CSB_OPENSSL_INCLUDE})
target_link_libraries(csb_libcrypto INTERFACE ${CSB_LIBCRYPTO} ${CMAKE_DL_LIBS} Threads::Threads)
# Ciphers, for a browser's cookies, come from the shared one, loaded on first use: linked in, they would bring the
# providers along, whose tables every start of csb has to relocate.
find_library(CSB_LIBCRYPTO_SHARED NAMES crypto REQUIRED)
csb_name_at_run_time(_crypto ${CSB_LIBCRYPTO_SHARED})
add_library(csb_ciphers INTERFACE)
target_include_directories(csb_ciphers SYSTEM INTERFACE ${CSB_OPENSSL_INCLUDE})
target_compile_definitions(csb_ciphers INTERFACE CSB_LIBCRYPTO="${_crypto}")

# SQLite itself, static where there is an archive (Debian), for the same reason.
find_library(CSB_SQLITE3 NAMES libsqlite3.a sqlite3 REQUIRED)
add_library(csb_sqlite INTERFACE)
# The imported target would bring the shared SQLite along: only its include directory and its archive are taken.
get_target_property(CSB_SQLITECPP_INCLUDE SQLiteCpp INTERFACE_INCLUDE_DIRECTORIES)
target_include_directories(csb_sqlite SYSTEM INTERFACE ${CSB_SQLITECPP_INCLUDE})
target_link_libraries(csb_sqlite INTERFACE $<TARGET_FILE:SQLiteCpp> ${CSB_SQLITE3} ${CMAKE_DL_LIBS} Threads::Threads)

# RE2: regular expressions in linear time, whatever the expression. Static where there is an archive.
find_path(CSB_RE2_INCLUDE re2/re2.h REQUIRED)
find_library(CSB_RE2 NAMES libre2.a re2 REQUIRED)
add_library(csb_re2 INTERFACE)
target_include_directories(csb_re2 SYSTEM INTERFACE ${CSB_RE2_INCLUDE})
target_link_libraries(csb_re2 INTERFACE ${CSB_RE2} Threads::Threads)

# The deflate codec: ISA-L where present (5 times zlib's speed at the same ratio), else libdeflate, else zlib.
set(CSB_DEFLATE "auto" CACHE STRING "auto, isal, libdeflate or zlib")
set_property(CACHE CSB_DEFLATE PROPERTY STRINGS auto isal libdeflate zlib)
add_library(csb_deflate_lib INTERFACE)
find_path(CSB_ISAL_INCLUDE isa-l/igzip_lib.h)
find_library(CSB_ISAL NAMES libisal.so libisal.dylib)   # loaded on first use, so no archive will do
find_path(CSB_LIBDEFLATE_INCLUDE libdeflate.h)
find_library(CSB_LIBDEFLATE NAMES libdeflate.a deflate)
if(CSB_DEFLATE MATCHES "^(auto|isal)$" AND CSB_ISAL AND CSB_ISAL_INCLUDE)
  set(CSB_DEFLATE_USED isal)
  target_include_directories(csb_deflate_lib SYSTEM INTERFACE ${CSB_ISAL_INCLUDE})
  csb_name_at_run_time(_isal ${CSB_ISAL})
  target_compile_definitions(csb_deflate_lib INTERFACE CSB_DEFLATE_ISAL=1 CSB_LIBISAL="${_isal}")
elseif(CSB_DEFLATE MATCHES "^(auto|libdeflate)$" AND CSB_LIBDEFLATE AND CSB_LIBDEFLATE_INCLUDE)
  set(CSB_DEFLATE_USED libdeflate)
  target_include_directories(csb_deflate_lib SYSTEM INTERFACE ${CSB_LIBDEFLATE_INCLUDE})
  target_link_libraries(csb_deflate_lib INTERFACE ${CSB_LIBDEFLATE})
  target_compile_definitions(csb_deflate_lib INTERFACE CSB_DEFLATE_LIBDEFLATE=1)
elseif(CSB_DEFLATE MATCHES "^(auto|zlib)$")
  set(CSB_DEFLATE_USED zlib)
else()
  message(FATAL_ERROR "CSB_DEFLATE=${CSB_DEFLATE}: that library is not installed")
endif()
find_library(CSB_ZLIB NAMES libz.a z REQUIRED)
target_include_directories(csb_deflate_lib SYSTEM INTERFACE ${ZLIB_INCLUDE_DIRS})
target_link_libraries(csb_deflate_lib INTERFACE ${CSB_ZLIB})  # inflate and CRC-32, everywhere
message(STATUS "csb: deflate by ${CSB_DEFLATE_USED}")

# claude.ai chats: libcurl to fetch them, libzip to read the service's exports. Both are loaded on first use, so
# only headers (and libzip's soname, which differs between systems) are needed here; without them csb builds, and
# says what is missing when it is asked for.
option(CSB_WITH_CHATS "Fetch claude.ai chats, if libcurl is installed" ON)
option(CSB_WITH_ZIP "Read zipped claude.ai exports, if libzip is installed" ON)
find_path(CSB_CURL_INCLUDE curl/curl.h)
if(CSB_WITH_CHATS AND CSB_CURL_INCLUDE)
  set(CSB_CHATS_SYNC ON)
  add_library(csb_curl INTERFACE)
  target_include_directories(csb_curl SYSTEM INTERFACE ${CSB_CURL_INCLUDE})
else()
  set(CSB_CHATS_SYNC OFF)
  message(STATUS "csb: without fetching of claude.ai chats (libcurl)")
endif()
find_path(CSB_ZIP_INCLUDE zip.h)
find_library(CSB_ZIP NAMES zip)
if(CSB_WITH_ZIP AND CSB_ZIP_INCLUDE AND CSB_ZIP)
  set(CSB_CHATS_ZIP ON)
  csb_name_at_run_time(_zip ${CSB_ZIP})
  add_library(csb_zip INTERFACE)
  target_include_directories(csb_zip SYSTEM INTERFACE ${CSB_ZIP_INCLUDE})
  target_compile_definitions(csb_zip INTERFACE CSB_LIBZIP="${_zip}")
else()
  set(CSB_CHATS_ZIP OFF)
  message(STATUS "csb: without reading of zipped claude.ai exports (libzip)")
endif()
