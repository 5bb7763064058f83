#include "git2.hpp"

#include "certificates.hpp"
#include "csb/util/error.hpp"
#include "csb/util/shared_library.hpp"

namespace csb::git2 {
namespace {

/// Process-wide settings: durable refs, and caches small enough for a program that must stay small.
void configure(const SharedLibrary& library) {
  decltype(::git_libgit2_opts)* opts = nullptr;
  library.find(opts, "git_libgit2_opts");
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
  opts(GIT_OPT_SET_CACHE_MAX_SIZE, static_cast<ssize_t>(8 * kMiB));
  opts(GIT_OPT_SET_MWINDOW_SIZE, kMiB);
  opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, 16 * kMiB);
  // csb hashes every object it reads itself, with the processor's own instructions.
  opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
  // Extensions that change nothing csb relies on. Never objectformat or refstorage.
  const char* extensions[] = {"worktreeconfig", "preciousobjects", "relativeworktrees"};
  opts(GIT_OPT_SET_EXTENSIONS, extensions, std::size_t{3});
}

const SharedLibrary& library() {
  static const SharedLibrary loaded = [] {
    SharedLibrary opened(CSB_LIBGIT2_SONAME, "libgit2",
                         "install the package that holds " CSB_LIBGIT2_SONAME " (Debian: libgit2-1.5)");
    decltype(::git_libgit2_init)* init = nullptr;
    opened.find(init, "git_libgit2_init");
    const NoCertificates none;
    if (init() < 0) throw Error(ErrorCode::failed, "libgit2 cannot be initialised");
    configure(opened);
    return opened;
  }();
  return loaded;
}

}  // namespace

void* symbol(const char* name) { return library().address(name); }

void load() { (void)library(); }

int despite_configuration(const std::function<int()>& call, std::string& message) {
  const int code = call();
  if (code >= 0) return code;
  message = last_message();
  // These are answers, not accidents; and what is opened or made next wants the configuration.
  if (code == GIT_ENOTFOUND || code == GIT_EOWNER || code == GIT_EEXISTS) return code;
  decltype(::git_libgit2_opts)* opts = nullptr;
  library().find(opts, "git_libgit2_opts");
  for (const git_config_level_t level :
       {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL})
    opts(GIT_OPT_SET_SEARCH_PATH, level, "");
  return call() >= 0 ? 0 : code;
}

std::string last_message() {
  const git_error* error = error_last();
  return error != nullptr && error->message != nullptr ? error->message : "no reason given";
}

void check(int code, const std::string& context) {
  if (code < 0) throw Error(ErrorCode::failed, context + ": " + last_message());
}

}  // namespace csb::git2
