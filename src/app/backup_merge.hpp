#pragma once

#include "csb/app/backup.hpp"
#include "csb/app/roots.hpp"
#include "csb/util/error.hpp"

namespace csb::app {

/// Adds the report on one root. @param several there are others: problems then say whose they are
void add_root(BackupResult& all, BackupResult one, const Root& root, bool several);

/// Adds a root of which nothing could be saved.
void add_failed_root(BackupResult& all, const Root& root, const Error& error);

/// What a run that was wished for meanwhile adds to the report of the one before it.
void append_later(BackupResult& all, BackupResult more);

}  // namespace csb::app
