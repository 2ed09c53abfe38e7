// From a walk over a file to whoever writes its bytes, on two threads when there is much.
#pragma once

#include <atomic>
#include <functional>

#include "unixfs/file_walk.h"

namespace kit::unixfs {

using WritePiece = std::function<Result<void>(ByteView bytes)>;

// Calls `write` with large pieces in order, on the caller's thread or a helper but never on two at
// once; memory is bounded by a few MiB.
// Fails with what the walk or `write` says, or with cancelled once `cancel` is set (may be null).
Result<void> pump_file(FileWalk walk, const std::atomic<bool>* cancel, const WritePiece& write);

}  // namespace kit::unixfs
