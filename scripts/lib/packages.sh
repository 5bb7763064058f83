# shellcheck shell=bash
# The packages csb needs, once, for each of three package managers. One row per need:
#   group   program   apt   dnf   brew
# A program that is on the PATH, wherever it came from, needs no package ("-": it is a library).
# dnf takes what a package provides, so that Fedora's own spelling of a name does not matter here; "-" in the
# column of a manager: that system has it already, or has no such package.
# Read by scripts/lib/install.sh; a new dependency is a new row.
package_table() {
  cat <<'TABLE'
build  g++           g++                gcc-c++                -
build  cmake         cmake              cmake                  cmake
build  ninja         ninja-build        ninja-build            ninja
build  pkg-config    pkg-config         pkgconf-pkg-config     pkgconf
build  git           git                git                    git
build  -             libgit2-dev        pkgconfig(libgit2)     libgit2
build  -             libsqlitecpp-dev   cmake(SQLiteCpp)       sqlitecpp
build  -             libsqlite3-dev     pkgconfig(sqlite3)     sqlite
build  -             nlohmann-json3-dev cmake(nlohmann_json)   nlohmann-json
build  -             libcli11-dev       cmake(CLI11)           cli11
build  -             libsimdjson-dev    cmake(simdjson)        simdjson
build  -             libre2-dev         pkgconfig(re2)         re2
build  -             libfmt-dev         cmake(fmt)             fmt
build  -             libisal-dev        pkgconfig(libisal)     isa-l
build  -             libdeflate-dev     pkgconfig(libdeflate)  libdeflate
build  -             zlib1g-dev         pkgconfig(zlib)        zlib
build  -             libssl-dev         pkgconfig(openssl)     openssl@3
build  -             libcurl4-openssl-dev pkgconfig(libcurl)   curl
build  -             libzip-dev         pkgconfig(libzip)      libzip
test   -             catch2             cmake(Catch2)          catch2
test   python3       python3            python3                python3
test   clang++       clang              clang                  -
test   -             libclang-rt-dev    compiler-rt            -
test   clang-format  clang-format       clang-tools-extra      clang-format
test   strace        strace             strace                 -
test   crontab        cron               cronie                 -
test   systemd-analyze systemd           systemd                -
test   -             systemd-journal-remote systemd-journal-remote -
test   setpriv       util-linux         util-linux             -
test   mkfs.ext4        e2fsprogs          e2fsprogs              -
test   groff         groff-base         groff-base             groff
test   zsh           zsh                zsh                    -
test   fish          fish               fish                   fish
client npm           npm                npm                    node
client tmux          tmux               tmux                   tmux
client chromium      chromium           chromium               -
client firefox-esr   firefox-esr        firefox                -
client -             ca-certificates    ca-certificates        -
bench  restic        restic             restic                 restic
bench  borg          borgbackup         borgbackup             borgbackup
bench  rg            ripgrep            ripgrep                ripgrep
analyze gcovr        gcovr              gcovr                  gcovr
analyze clang-tidy   clang-tidy         clang-tools-extra      llvm
analyze cppcheck     cppcheck           cppcheck               cppcheck
analyze valgrind     valgrind           valgrind               -
TABLE
}
