#include "browser_key.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <memory>
#include <optional>

#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"
#include "csb/util/shared_library.hpp"
#include "key_command.hpp"

namespace csb::claude_ai {
namespace {

constexpr int kBusyTimeoutMs = 1000;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

/// @return false when it is locked
bool copy_into(SQLite::Database& memory, const std::string& path) {
  constexpr int kDone = 101;  // SQLITE_DONE
  SQLite::Database source(path, SQLite::OPEN_READONLY, kBusyTimeoutMs);
  SQLite::Backup backup(memory, source);
  return backup.executeStep(-1) == kDone;
}

/// A directory of its own, removed in the end.
class PrivateDirectory {
 public:
  PrivateDirectory() {
    const std::string set = environment("TMPDIR");
    path_ = (set.empty() ? "/tmp" : set) + "/csb-browser.XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr)
      throw errno_error("cannot make a directory for the browser's cookies", errno);
  }
  PrivateDirectory(const PrivateDirectory&) = delete;
  PrivateDirectory& operator=(const PrivateDirectory&) = delete;
  ~PrivateDirectory() {
    try {
      fs::remove_tree(path_);
    } catch (const Error&) {
      return;  // it is private, and in the directory for such things
    }
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A copy in memory, taken by SQLite itself: so what still lies in the write-ahead log is in it, also while
/// the browser runs. Where the browser locks everybody out, its files are copied, log and all, and read
/// there.
SQLite::Database copy_of(const std::string& path) {
  SQLite::Database memory(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  if (copy_into(memory, path)) return memory;
  const PrivateDirectory directory;
  for (const char* part : {"", "-wal"})
    if (fs::exists(path + part))
      fs::replace_file(directory.path() + "/cookies" + part, read_file(path + part));
  if (!copy_into(memory, directory.path() + "/cookies"))
    throw Error(ErrorCode::unauthorized, "'" + path + "' cannot be read while the browser runs",
                "close it, and try again");
  return memory;
}

struct Browser {
  std::string_view name;
  std::string_view folder;       ///< beneath the configuration directory
  std::string_view application;  ///< as the keyring knows it
};
constexpr std::array<Browser, 5> kChromiums{{{"chromium", "chromium", "chromium"},
                                             {"chrome", "google-chrome", "chrome"},
                                             {"brave", "BraveSoftware/Brave-Browser", "brave"},
                                             {"edge", "microsoft-edge", "chromium"},
                                             {"vivaldi", "vivaldi", "vivaldi"}}};

std::string config_directory() {
  const std::string set = environment("XDG_CONFIG_HOME");
  return set.starts_with('/') ? set : environment("HOME") + "/.config";
}

std::vector<std::string> firefox_roots() {
  const std::string home = environment("HOME");
  return {home + "/.mozilla/firefox",
          config_directory() + "/mozilla/firefox",
          home + "/.var/app/org.mozilla.firefox/config/mozilla/firefox",
          home + "/.var/app/org.mozilla.firefox/.mozilla/firefox",
          home + "/snap/firefox/common/.mozilla/firefox",
          home + "/Library/Application Support/Firefox/Profiles"};
}

std::vector<std::string> chromium_roots(const Browser& browser) {
  const std::string folder(browser.folder);
  return {config_directory() + "/" + folder, environment("HOME") + "/snap/" + folder + "/common/" + folder};
}

/// Cookie files of the profile, or of all profiles.
std::vector<std::string> cookie_files(const std::vector<std::string>& roots, const std::string& profile,
                                      const std::vector<std::string>& names) {
  std::vector<std::string> directories;
  if (profile.starts_with('/')) {
    directories.push_back(profile);
  } else {
    for (const std::string& root : roots)
      for (const std::string& name : fs::list_directory(root)) {
        // Firefox puts a random word and a dot before a profile's name.
        const auto dot = name.find('.');
        const bool named = name == profile || (dot != std::string::npos && name.substr(dot + 1) == profile);
        if (profile.empty() || named) directories.push_back(root + "/" + name);
      }
  }
  std::vector<std::string> files;
  for (const std::string& directory : directories)
    for (const std::string& name : names)
      if (fs::exists(directory + "/" + name)) files.push_back(directory + "/" + name);
  return files;
}

std::string firefox_key(const std::string& file) {
  SQLite::Database database = copy_of(file);
  // Of several containers the one used last.
  SQLite::Statement query(
      database,
      "SELECT value FROM moz_cookies WHERE name = 'sessionKey' AND host IN ('.claude.ai', "
      "'claude.ai') AND value <> '' ORDER BY lastAccessed DESC LIMIT 1");
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

/// The passwords a cookie may be encrypted with: what the keyring says, and what Chromium uses without one.
std::vector<std::string> chromium_passwords(const Browser& browser, bool needs_keyring) {
  std::vector<std::string> passwords{"peanuts", ""};
  if (!needs_keyring) return passwords;
  try {
    passwords.insert(passwords.begin(), run_key_command({"secret-tool", "lookup", "application",
                                                         std::string(browser.application)}));
  } catch (const Error&) {
    // No keyring, or none of its programs: the other two remain.
  }
  return passwords;
}

std::string chromium_key(const std::string& file, const Browser& browser) {
  SQLite::Database database = copy_of(file);
  int version = 0;
  if (SQLite::Statement meta(database, "SELECT value FROM meta WHERE key = 'version'"); meta.executeStep())
    version = meta.getColumn(0).getInt();
  SQLite::Statement query(
      database,
      "SELECT host_key, value, encrypted_value FROM cookies WHERE name = 'sessionKey' AND "
      "host_key IN ('.claude.ai', 'claude.ai') ORDER BY last_access_utc DESC");
  while (query.executeStep()) {
    const std::string host = query.getColumn(0).getString();
    std::string plain = query.getColumn(1).getString();
    const std::string encrypted = query.getColumn(2).getString();
    if (!plain.empty()) return plain;
    if (encrypted.starts_with("v12"))
      throw Error(ErrorCode::unauthorized,
                  "the browser encrypted its cookies with a key only a portal gives (v12)",
                  "copy the cookie by hand, and give it by --key-stdin");
    std::string key = decrypt_chromium(encrypted, host, version >= 24,
                                       chromium_passwords(browser, encrypted.starts_with("v11")));
    if (!key.empty()) return key;
  }
  return {};
}

std::string first_key(const std::vector<std::string>& files,
                      const std::function<std::string(const std::string&)>& read) {
  std::string trouble;
  for (const std::string& file : files) {
    try {
      std::string key = read(file);
      if (!key.empty()) return key;
    } catch (const SQLite::Exception& error) {
      trouble = "; '" + file + "': " + error.what();
    }
  }
  const std::string looked = files.empty()
                                 ? "no profile of it was found"
                                 : "no session of claude.ai in " + std::to_string(files.size()) + " profiles";
  throw Error(ErrorCode::unauthorized, "the browser gives no key: " + looked + trouble,
              "sign in to claude.ai with it, or name the profile: --from-browser BROWSER:PROFILE");
}

/// What of libcrypto a cookie takes.
struct Ciphers {
  decltype(&::PKCS5_PBKDF2_HMAC) pbkdf2;
  decltype(&::EVP_sha1) sha1;
  decltype(&::EVP_sha256) sha256;
  decltype(&::EVP_Digest) digest;
  decltype(&::EVP_aes_128_cbc) aes_128_cbc;
  decltype(&::EVP_CIPHER_CTX_new) new_context;
  decltype(&::EVP_CIPHER_CTX_free) free_context;
  decltype(&::EVP_DecryptInit_ex) begin;
  decltype(&::EVP_DecryptUpdate) update;
  decltype(&::EVP_DecryptFinal_ex) finish;
};

Ciphers load_ciphers() {
  const SharedLibrary library(CSB_LIBCRYPTO, "libcrypto", "install OpenSSL (Debian: libssl3)");
  Ciphers crypto{};
  library.find(crypto.pbkdf2, "PKCS5_PBKDF2_HMAC");
  library.find(crypto.sha1, "EVP_sha1");
  library.find(crypto.sha256, "EVP_sha256");
  library.find(crypto.digest, "EVP_Digest");
  library.find(crypto.aes_128_cbc, "EVP_aes_128_cbc");
  library.find(crypto.new_context, "EVP_CIPHER_CTX_new");
  library.find(crypto.free_context, "EVP_CIPHER_CTX_free");
  library.find(crypto.begin, "EVP_DecryptInit_ex");
  library.find(crypto.update, "EVP_DecryptUpdate");
  library.find(crypto.finish, "EVP_DecryptFinal_ex");
  return crypto;
}

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string decrypt_chromium(std::string_view encrypted, std::string_view host, bool has_host_hash,
                             const std::vector<std::string>& passwords) {
  constexpr std::string_view kSalt = "saltysalt";
  if (!encrypted.starts_with("v10") && !encrypted.starts_with("v11")) return {};
  encrypted.remove_prefix(3);
  static const Ciphers crypto = load_ciphers();
  for (const std::string& password : passwords) {
    std::array<unsigned char, 16> key{}, start{};
    start.fill(' ');
    if (crypto.pbkdf2(password.data(), static_cast<int>(password.size()), bytes(kSalt),
                      static_cast<int>(kSalt.size()), 1, crypto.sha1(), 16, key.data()) != 1)
      continue;
    const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(crypto.new_context(),
                                                                             crypto.free_context);
    std::string plain(encrypted.size() + 32, '\0');
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    int length = 0, rest = 0;
    if (!context ||
        crypto.begin(context.get(), crypto.aes_128_cbc(), nullptr, key.data(), start.data()) != 1 ||
        crypto.update(context.get(), out, &length, bytes(encrypted), static_cast<int>(encrypted.size())) !=
            1 ||
        crypto.finish(context.get(), out + length, &rest) != 1)
      continue;  // another password
    plain.resize(static_cast<std::size_t>(length) + static_cast<std::size_t>(rest));
    if (!has_host_hash) return plain;
    std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
    if (crypto.digest(host.data(), host.size(), hash.data(), nullptr, crypto.sha256(), nullptr) == 1 &&
        plain.size() >= hash.size() && std::equal(hash.begin(), hash.end(), bytes(plain)))
      return plain.substr(hash.size());
  }
  return {};
}

std::string read_browser_key(const std::string& browser) {
  const auto colon = browser.find(':');
  const std::string name = browser.substr(0, colon);
  const std::string profile = colon == std::string::npos ? std::string() : browser.substr(colon + 1);
  if (name == "firefox")
    return first_key(cookie_files(firefox_roots(), profile, {"cookies.sqlite"}), firefox_key);
  for (const Browser& known : kChromiums) {
    if (name != known.name) continue;
    return first_key(cookie_files(chromium_roots(known), profile, {"Network/Cookies", "Cookies"}),
                     [&](const std::string& file) { return chromium_key(file, known); });
  }
  throw Error(ErrorCode::usage, "'" + name + "' is no browser csb can read",
              "firefox, chromium, chrome, brave, edge or vivaldi");
}

}  // namespace csb::claude_ai
