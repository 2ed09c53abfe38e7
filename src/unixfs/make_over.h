// Makes something under a name that may be taken: the two ways in which files reach the disk.
#pragma once

#include <fmt/format.h>

#include "base/env.h"
#include "base/path_text.h"

namespace kit::unixfs {

// Up to this size a file is gathered in memory and written at once, under its own name; a larger
// one is written beside it and renamed when it is whole.
inline constexpr uint64_t small_file_size_bytes_max = 512 * KiB;

// Does what `make` does; when the name is taken, by a file, symlink or empty directory, frees it
// and tries once more.
template <typename Make>
Result<void> make_over(Disk& disk, const Path& path, const Make& make) {
    Result<void> outcome = make();
    if (outcome || outcome.error().code != Code::already_exists) return outcome;
    TRY(disk.remove(path));
    return make();
}

// A name in the same folder that nothing has, for a file that is to be renamed to `path`. A folder
// in the way is either empty, and goes, or an error before anything is written.
inline Result<Path> make_way_beside(Env& env, const Path& path) {
    const auto info = TRY(env.disk.find_info(path, false));
    if (info && info->type == FileType::directory) TRY(env.disk.remove(path));
    return join(folder_of(path), fmt::format(".ipfs-kit-{:016x}", env.random.next()));
}

}  // namespace kit::unixfs
