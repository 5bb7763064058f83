#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "csb/archive/transaction.hpp"
#include "csb/model/file.hpp"
#include "csb/model/oid.hpp"
#include "csb/source/source.hpp"
#include "csb/util/fd.hpp"

namespace csb::app {

/// The ids of the slices a file on disk would be stored as, or of a link's target.
struct LiveContent {
  FileStamp stamp;
  std::vector<Oid> slices;
};

/// Reads a file or link beneath the root as the archive would. @return nothing when it is not there, is
/// neither, cannot be read or changed while it was read.
[[nodiscard]] std::optional<LiveContent> read_live(int root_fd, const std::string& path);

/// Where on disk the content of a blob can be found.
class LiveBlobs {
 public:
  /// Reads every file under the root that the policy stores. @param root_fd must outlive this
  LiveBlobs(int root_fd, const source::PathPolicy& policy);

  /// The bytes of a blob, hashed again as they are read. @return nothing when no file has them (any more)
  [[nodiscard]] std::optional<std::vector<std::byte>> find(const Oid& blob) const;
  /// Every file and link as a tree would hold it.
  [[nodiscard]] std::vector<archive::TreeEdit> files() const;

 private:
  struct Place {
    std::uint32_t file = 0;  ///< into files_
    std::uint32_t slice = 0;
  };
  int root_fd_;
  std::vector<archive::TreeEdit> files_;  // those without slices could not be read
  std::unordered_map<Oid, Place> places_;
};

}  // namespace csb::app
