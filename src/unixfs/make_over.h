// Makes something under a name that may be taken.
#pragma once

#include "base/env.h"

namespace kit::unixfs {

// Does what `make` does; when the name is taken, by a file, symlink or empty directory, frees it
// and tries once more.
template <typename Make>
Result<void> make_over(Disk& disk, const Path& path, const Make& make) {
    Result<void> outcome = make();
    if (outcome || outcome.error().code != Code::already_exists) return outcome;
    TRY(disk.remove(path));
    return make();
}

}  // namespace kit::unixfs
