#pragma once

#include <sys/stat.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "csb/archive/store.hpp"
#include "restore_plan.hpp"
#include "restore_root.hpp"

namespace csb::app {

/// Writes items beneath the root. A file appears under its name whole, verified and durable, or not at all;
/// nothing is ever written through a link. Files are written in batches: the first fsync of a batch carries
/// most of the others.
class RestoreWriter {
 public:
  RestoreWriter(RestoreRoot& root, const archive::Store& store) : root_(root), store_(store) {}

  /// `item.path` may be replaced, as long as it is still what was looked at.
  void allow_replacing(const RestoreItem& item, const struct stat& there) { replaceable_[item.path] = there; }

  /// Writes every item whose outcome is `restored`, in order; those that cannot be are settled.
  void write(std::vector<RestoreItem>& items);

 private:
  struct Pending;
  void write_link(RestoreItem& item);
  [[nodiscard]] Pending write_file(RestoreItem& item);
  void publish(Pending& pending);
  void flush(std::vector<Pending>& batch);

  RestoreRoot& root_;
  const archive::Store& store_;
  std::map<std::string, struct stat> replaceable_;
  std::set<std::string> swept_;  ///< directories freed of what killed runs left
};

}  // namespace csb::app
