# libgit2 1.5 ships no CMake package, only a .pc file. Defines LibGit2::headers and LIBGIT2_SONAME.
#
# csb does not link libgit2: its start-up (23 shared libraries and a CA bundle, 7 ms) is paid only by
# the commands that need the store, which load it by this name.
pkg_check_modules(PC_LIBGIT2 QUIET libgit2)
find_path(LIBGIT2_INCLUDE_DIR git2.h HINTS ${PC_LIBGIT2_INCLUDE_DIRS})
find_library(LIBGIT2_LIBRARY NAMES git2 HINTS ${PC_LIBGIT2_LIBRARY_DIRS})
if(LIBGIT2_INCLUDE_DIR)
  file(STRINGS ${LIBGIT2_INCLUDE_DIR}/git2/version.h _v REGEX "define LIBGIT2_(VERSION|SOVERSION)[ \t]+\"")
  string(REGEX REPLACE ".*LIBGIT2_VERSION[ \t]+\"([0-9.]+)\".*" "\\1" LibGit2_VERSION "${_v}")
  string(REGEX REPLACE ".*LIBGIT2_SOVERSION[ \t]+\"([0-9.]+)\".*" "\\1" _so "${_v}")
  if(APPLE)
    set(LIBGIT2_SONAME "libgit2.${_so}.dylib")
  else()
    set(LIBGIT2_SONAME "libgit2.so.${_so}")
  endif()
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibGit2
  REQUIRED_VARS LIBGIT2_LIBRARY LIBGIT2_INCLUDE_DIR VERSION_VAR LibGit2_VERSION)
if(LibGit2_FOUND AND NOT TARGET LibGit2::headers)
  add_library(LibGit2::headers INTERFACE IMPORTED)
  target_include_directories(LibGit2::headers SYSTEM INTERFACE ${LIBGIT2_INCLUDE_DIR})
  target_compile_definitions(LibGit2::headers INTERFACE CSB_LIBGIT2_SONAME="${LIBGIT2_SONAME}")
  target_link_libraries(LibGit2::headers INTERFACE ${CMAKE_DL_LIBS})
endif()
