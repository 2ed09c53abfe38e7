// The paths that a user names, as Go's path/filepath sees them: their spelling decides names in
// the directories that are made.
#pragma once

#include "base/env.h"
#include "unixfs/entry_name.h"

namespace kit::unixfs {

// The last name of a path that clean_path() gave; "/" of the root.
std::string base_name(std::string_view clean);
// What stands before it; "." when that is nothing.
Path folder_of(std::string_view clean);
// With every symbolic link replaced by what it leads to. Fails with not_found or io_error.
Result<Path> without_links(Disk& disk, std::string_view clean);
// From the root on. Fails with unsupported where the system does not tell the current folder.
Result<Path> absolute_path(Disk& disk, std::string_view clean);

}  // namespace kit::unixfs
