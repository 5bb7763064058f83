#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "csb/app/settings.hpp"
#include "csb/archive/maintenance.hpp"
#include "csb/model/file.hpp"

namespace csb::app {

struct VerifyOptions {
  bool quick = false;      ///< checksums and structure of the newest packs only
  bool repair = false;     ///< set damage aside and take what is missing from the files on disk
  std::size_t sample = 3;  ///< sessions restored to a scratch folder and compared; not with `quick`
  /// Called with objects done and known so far. May be empty.
  std::function<void(std::uint64_t, std::uint64_t)> progress;
};

/// The files on disk against their newest stored version.
struct LiveComparison {
  std::uint64_t equal = 0;             ///< byte for byte
  std::uint64_t changed = 0;           ///< touched since the backup: the next one takes them
  std::uint64_t gone = 0;              ///< not on disk any more; kept in the store
  std::uint64_t bytes = 0;             ///< read from disk
  std::vector<archive::Fault> faults;  ///< look unchanged and are not as stored
};

struct SampleRestore {
  std::vector<std::string> sessions;  ///< ids
  std::uint64_t files = 0;            ///< restored and compared
  std::vector<archive::Fault> faults;
};

struct VerifyResult {
  archive::VerifyReport store;  ///< after a repair: what is still wrong
  std::optional<LiveComparison> live;
  std::optional<SampleRestore> sample;
  std::optional<archive::RepairReport> repair;
  std::uint64_t marked = 0;       ///< repair: files the next backup reads again whatever their stamp
  std::vector<Problem> problems;  ///< what could not be looked at

  /// Nothing is wrong (any more).
  [[nodiscard]] bool sound() const;
};

/// Packs, objects and branches; files on disk; a random sample restored. @throws Error when there is no store
[[nodiscard]] VerifyResult verify(const Settings& settings, const VerifyOptions& options);

}  // namespace csb::app
