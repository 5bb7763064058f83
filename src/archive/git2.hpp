#pragma once

#include <git2.h>

#include <functional>
#include <memory>
#include <string>

/// libgit2, loaded on first use. Linking it would cost every start of csb the loading of 23 shared libraries
/// and, at its initialisation, the parsing of a CA bundle (7 ms together; certificates.cpp spares the second
/// half); the fast path of `csb backup` and all of `csb list` need none of it. So each function used is
/// looked up by name when it is first called: csb::git2::repository_open(…) calls git_repository_open(…).
namespace csb::git2 {

/// The address of a libgit2 function. Loads and initialises the library the first time.
/// @throws Error{failed} when libgit2 is not installed or is not the version csb was built for
[[nodiscard]] void* symbol(const char* name);

/// Loads and initialises libgit2 now, for example on another thread while there is other work to do.
void load();

template <typename Function>
class Lazy;

template <typename Result, typename... Args>
class Lazy<Result(Args...)> {
 public:
  constexpr explicit Lazy(const char* name) noexcept : name_(name) {}
  Result operator()(Args... args) const {
    // One function-local static per name would need a template per name; the look-up is idempotent, so
    // two threads that race here store the same pointer.
    auto* function = __atomic_load_n(&function_, __ATOMIC_ACQUIRE);
    if (function == nullptr) {
      function = reinterpret_cast<Result (*)(Args...)>(symbol(name_));
      __atomic_store_n(&function_, function, __ATOMIC_RELEASE);
    }
    return function(args...);
  }

 private:
  const char* name_;
  mutable Result (*function_)(Args...) = nullptr;
};

// A macro, since each name is wanted as text as well; variables, since each finds its function once.
// NOLINTBEGIN(*-macro-usage, *-macro-parentheses, *-avoid-non-const-global-variables)
#define CSB_GIT2(name) \
  inline constinit Lazy<decltype(::git_##name)> name { "git_" #name }
CSB_GIT2(error_last);
CSB_GIT2(repository_open_ext);
CSB_GIT2(repository_open_bare);
CSB_GIT2(repository_init_ext);
CSB_GIT2(repository_free);
CSB_GIT2(repository_commondir);
CSB_GIT2(repository_odb);
CSB_GIT2(repository_set_head);
CSB_GIT2(odb_free);
CSB_GIT2(odb_read);
CSB_GIT2(odb_read_header);
CSB_GIT2(odb_exists);
CSB_GIT2(odb_refresh);
CSB_GIT2(odb_object_free);
CSB_GIT2(odb_object_data);
CSB_GIT2(odb_object_size);
CSB_GIT2(odb_object_type);
CSB_GIT2(reference_name_to_id);
CSB_GIT2(reference_create_matching);
CSB_GIT2(reference_create);
CSB_GIT2(reference_free);
CSB_GIT2(reference_iterator_new);
CSB_GIT2(reference_iterator_free);
CSB_GIT2(reference_next);
CSB_GIT2(reference_name);
CSB_GIT2(reference_name_is_valid);
CSB_GIT2(reference_resolve);
CSB_GIT2(reference_target);
CSB_GIT2(reference_remove);
CSB_GIT2(indexer_new);
CSB_GIT2(indexer_append);
CSB_GIT2(indexer_commit);
CSB_GIT2(indexer_name);
CSB_GIT2(indexer_free);
CSB_GIT2(graph_descendant_of);
CSB_GIT2(signature_default);
CSB_GIT2(signature_free);
CSB_GIT2(config_open_ondisk);
CSB_GIT2(config_free);
CSB_GIT2(config_iterator_new);
CSB_GIT2(config_iterator_free);
CSB_GIT2(config_next);
CSB_GIT2(config_set_string);
CSB_GIT2(config_set_multivar);
CSB_GIT2(config_delete_multivar);
#undef CSB_GIT2
// NOLINTEND(*-macro-usage, *-macro-parentheses, *-avoid-non-const-global-variables)

struct Free {
  void operator()(git_repository* p) const { repository_free(p); }
  void operator()(git_odb* p) const { odb_free(p); }
  void operator()(git_odb_object* p) const { odb_object_free(p); }
  void operator()(git_reference* p) const { reference_free(p); }
  void operator()(git_reference_iterator* p) const { reference_iterator_free(p); }
  void operator()(git_indexer* p) const { indexer_free(p); }
  void operator()(git_signature* p) const { signature_free(p); }
  void operator()(git_config* p) const { config_free(p); }
  void operator()(git_config_iterator* p) const { config_iterator_free(p); }
};

template <typename T>
using Handle = std::unique_ptr<T, Free>;

/// Passes a Handle as an out-parameter: check(repository_open(out(handle), …)).
template <typename T>
class Out {
 public:
  explicit Out(Handle<T>& handle) : handle_(handle) {}
  Out(const Out&) = delete;
  Out& operator=(const Out&) = delete;
  ~Out() { handle_.reset(raw_); }
  operator T**() { return &raw_; }  // NOLINT: the point of it is to convert

 private:
  Handle<T>& handle_;
  T* raw_ = nullptr;
};
template <typename T>
[[nodiscard]] Out<T> out(Handle<T>& handle) {
  return Out<T>(handle);
}

/// Calls a libgit2 function that reads system and personal git configuration. When it fails, that may be a
/// mistake in there, which must not stop a backup: it is called again without, and what follows does without.
/// @param message what libgit2 said of the first call
/// @return the code of the second call when that is good, else of the first
[[nodiscard]] int despite_configuration(const std::function<int()>& call, std::string& message);

/// What libgit2 says of its last error on this thread.
[[nodiscard]] std::string last_message();

/// @throws Error{failed} "<context>: <libgit2's message>" when `code` is negative
void check(int code, const std::string& context);

}  // namespace csb::git2
