#include <zip.h>

#include <memory>
#include <vector>

#include "csb/model/rel_path.hpp"
#include "csb/source/claude_ai/import.hpp"
#include "csb/util/error.hpp"
#include "csb/util/shared_library.hpp"
#include "csb/util/text.hpp"
#include "export_files.hpp"

namespace csb::claude_ai {
namespace {

constexpr std::uint64_t kMaxFile = std::uint64_t{16} << 30;
constexpr std::uint64_t kSurelyFine = std::uint64_t{64} << 20;
constexpr std::uint64_t kMaxRatio = 200;  ///< JSON shrinks to a fifth or a tenth
constexpr zip_int64_t kMaxFiles = 200'000;
constexpr std::size_t kPiece = std::size_t{256} << 10;

/// libzip, loaded on first use.
struct Zip {
  decltype(&::zip_open) open;
  decltype(&::zip_discard) discard;
  decltype(&::zip_get_num_entries) get_num_entries;
  decltype(&::zip_stat_index) stat_index;
  decltype(&::zip_fopen_index) fopen_index;
  decltype(&::zip_fread) fread;
  decltype(&::zip_fclose) fclose;
  decltype(&::zip_error_init_with_code) error_init_with_code;
  decltype(&::zip_error_strerror) error_strerror;
  decltype(&::zip_error_fini) error_fini;
  decltype(&::zip_strerror) strerror;
  decltype(&::zip_file_strerror) file_strerror;
};

Zip load() {
  const SharedLibrary library(CSB_LIBZIP, "libzip",
                              "install it (Debian: libzip4), or unpack the export yourself");
  Zip api{};
// Each name is wanted as text as well. NOLINTNEXTLINE(cppcoreguidelines-macro-usage)
#define CSB_ZIP_FIND(name) library.find(api.name, "zip_" #name)
  CSB_ZIP_FIND(open);
  CSB_ZIP_FIND(discard);
  CSB_ZIP_FIND(get_num_entries);
  CSB_ZIP_FIND(stat_index);
  CSB_ZIP_FIND(fopen_index);
  CSB_ZIP_FIND(fread);
  CSB_ZIP_FIND(fclose);
  CSB_ZIP_FIND(error_init_with_code);
  CSB_ZIP_FIND(error_strerror);
  CSB_ZIP_FIND(error_fini);
  CSB_ZIP_FIND(strerror);
  CSB_ZIP_FIND(file_strerror);
#undef CSB_ZIP_FIND
  return api;
}

const Zip& zip() {
  static const Zip api = load();
  return api;
}

struct Discard {
  void operator()(zip_t* archive) const { zip().discard(archive); }
};
using Archive = std::unique_ptr<zip_t, Discard>;

struct CloseFile {
  void operator()(zip_file_t* file) const { zip().fclose(file); }
};

std::string open_error(int code) {
  zip_error_t error;
  zip().error_init_with_code(&error, code);
  std::string text = zip().error_strerror(&error);
  zip().error_fini(&error);
  return text;
}

/// Reads one file of the archive to its end, where its checksum is compared.
void read_entry(zip_t* archive, zip_uint64_t index, const std::string& name,
                const std::function<void(std::string_view)>& sink) {
  const std::unique_ptr<zip_file_t, CloseFile> file(zip().fopen_index(archive, index, 0));
  if (!file) throw Error(ErrorCode::failed, "'" + name + "' cannot be opened: " + zip().strerror(archive));
  std::vector<char> buffer(kPiece);
  for (;;) {
    const zip_int64_t got = zip().fread(file.get(), buffer.data(), buffer.size());
    if (got < 0)
      throw Error(ErrorCode::failed, "'" + name + "' is damaged: " + zip().file_strerror(file.get()));
    if (got == 0) return;
    sink({buffer.data(), static_cast<std::size_t>(got)});
  }
}

/// Why a file of the archive is left out; empty when it is read.
std::string wrong_with(const zip_stat_t& stat) {
  const std::string name = stat.name;
  if (!is_safe_relative_path(name)) return "its name leads elsewhere";
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE)
    return "it is encrypted";
  const bool is_bomb =
      stat.size > kMaxFile || (stat.size > kSurelyFine && stat.size / kMaxRatio > stat.comp_size);
  return is_bomb ? "it would unpack to " + format_bytes(stat.size) + " from " + format_bytes(stat.comp_size)
                 : "";
}

}  // namespace

std::string zip_obstacle() {
  try {
    static_cast<void>(zip());
    return {};
  } catch (const Error& error) {
    return std::string(error.what()) + "; " + error.hint();
  }
}

void visit_zip_files(const std::string& path, const VisitExport& visit, const TellProblem& tell) {
  if (const std::string obstacle = zip_obstacle(); !obstacle.empty())
    return tell({Problem::Severity::not_saved, path, "is zipped: " + obstacle, ""});
  int code = 0;
  const Archive archive(zip().open(path.c_str(), ZIP_RDONLY, &code));
  if (!archive)
    return tell({Problem::Severity::not_saved, path, "cannot be opened as a zip archive: " + open_error(code),
                 "download it again if it was cut off"});
  const zip_int64_t count = zip().get_num_entries(archive.get(), 0);
  if (count > kMaxFiles)
    return tell(
        {Problem::Severity::not_saved, path, "holds " + std::to_string(count) + " files: too many", ""});
  for (zip_int64_t i = 0; i < count; ++i) {
    zip_stat_t stat{};
    const auto index = static_cast<zip_uint64_t>(i);
    if (zip().stat_index(archive.get(), index, 0, &stat) != 0 || stat.name == nullptr) {
      tell({Problem::Severity::not_saved, path, "file number " + std::to_string(i) + " in it cannot be read",
            ""});
      continue;
    }
    const std::string name = stat.name;
    if (name.ends_with('/')) continue;
    const std::string shown = path + ":" + name;
    if (const std::string wrong = wrong_with(stat); !wrong.empty()) {
      tell({Problem::Severity::not_saved, shown, "is left out: " + wrong, ""});
      continue;
    }
    if (!name.ends_with(".json")) continue;
    visit({shown, std::string(base_name(path)), stat.size,
           [&, index](const std::function<void(std::string_view)>& sink) {
             read_entry(archive.get(), index, shown, sink);
           }});
  }
}

}  // namespace csb::claude_ai
