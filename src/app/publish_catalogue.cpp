#include "publish_catalogue.hpp"

#include <fcntl.h>
#include <array>
#include <string_view>

#include "csb/catalogue/catalogue.hpp"
#include "csb/model/rel_path.hpp"
#include "csb/util/clock.hpp"
#include "csb/util/error.hpp"
#include "csb/util/fd.hpp"
#include "csb/util/fs.hpp"

namespace csb::app {
namespace {

/// The files that SQLite keeps beside a database.
constexpr std::array<std::string_view, 3> kLogs{"-wal", "-shm", "-journal"};

void remove_logs(const std::string& file) {
  for (const std::string_view log : kLogs) fs::remove_file(file + std::string(log));
}

std::string aside_name(const std::string& file) { return file + ".damaged-" + format_rfc3339(now_ns()); }

void make_durable(const std::string& file) {
  const Fd fd = open_at(AT_FDCWD, file, O_RDONLY);
  if (!fd) throw errno_error("cannot open '" + file + "'", errno);
  fs::sync_file(fd.get(), file);
}

}  // namespace

OldCatalogue settle_old_catalogue(const std::string& file) {
  if (!fs::exists(file)) return OldCatalogue::none;
  try {
    catalogue::Catalogue::settle(file);
    return OldCatalogue::sound;
  } catch (const std::exception& error) {
    if (!catalogue::Catalogue::is_damage(error)) throw;
    return OldCatalogue::damaged;
  }
}

std::string fresh_catalogue_file(const std::string& file) {
  std::string fresh = file + ".rebuild";
  fs::remove_file(fresh);
  remove_logs(fresh);
  return fresh;
}

std::string publish_catalogue(const std::string& fresh, const std::string& file, OldCatalogue old) {
  if (fs::exists(fresh + "-wal"))
    throw Error(ErrorCode::failed, "the new catalogue '" + fresh + "' is in use");
  fs::remove_file(fresh + "-shm");
  make_durable(fresh);
  std::string aside;
  if (old == OldCatalogue::damaged) {
    // Its log goes first: without it a damaged file is no less damaged, but the new one must not meet it.
    aside = aside_name(file);
    for (const std::string_view log : kLogs)
      if (const std::string from = file + std::string(log); fs::exists(from))
        fs::rename_file(from, aside + std::string(log));
    if (!fs::link_file(file, aside)) fs::rename_file(file, aside);
  } else {
    remove_logs(file);
  }
  fs::rename_file(fresh, file);
  fs::sync_directory(std::string(parent_path(file)));
  return aside;
}

std::string set_catalogue_aside(const std::string& file) {
  std::string aside = aside_name(file);
  for (const std::string_view log : kLogs)
    if (const std::string from = file + std::string(log); fs::exists(from))
      fs::rename_file(from, aside + std::string(log));
  if (fs::exists(file)) fs::rename_file(file, aside);
  return aside;
}

}  // namespace csb::app
