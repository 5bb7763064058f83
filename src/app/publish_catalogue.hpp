#pragma once

#include <string>

namespace csb::app {

// A catalogue is built beside the old one and takes its place by one rename(2): a crash at any point leaves
// the old one or the new one. The caller holds csb's lock on the catalogue.

enum class OldCatalogue {
  none,
  sound,    ///< complete in its one file: no log of its own is left
  damaged,  ///< to be kept aside
};

/// Makes the old catalogue one that can be replaced: what a writer left in its log is moved into the file,
/// since a log must never be applied to another database. @throws Error{refused} for a newer csb's,
/// Error{busy} while another program keeps it locked
[[nodiscard]] OldCatalogue settle_old_catalogue(const std::string& file);

/// Where the new one is to be built; what a killed run left there is removed.
[[nodiscard]] std::string fresh_catalogue_file(const std::string& file);

/// Puts the new one, closed and complete, in place of the old. @return where a damaged old one is now, else
/// empty.
/// @throws Error; then the old one is where it was
std::string publish_catalogue(const std::string& fresh, const std::string& file, OldCatalogue old);

/// Moves a damaged catalogue and its log away. @return where to. @throws Error
std::string set_catalogue_aside(const std::string& file);

}  // namespace csb::app
