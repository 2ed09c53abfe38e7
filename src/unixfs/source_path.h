// The paths that a user names, and what they lead to on the disk. How they are spelled is in
// base/path_text.h.
#pragma once

#include "base/env.h"

namespace kit::unixfs {

// With every symbolic link replaced by what it leads to. Fails with not_found or io_error.
Result<Path> without_links(Disk& disk, std::string_view clean);
// From the root on. Fails with unsupported where the system does not tell the current folder.
Result<Path> absolute_path(Disk& disk, std::string_view clean);

}  // namespace kit::unixfs
