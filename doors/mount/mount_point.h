// A folder of this machine on its way to being a mount, and back: by mount(2) where that is
// allowed, else through the program fusermount3, which may.
#pragma once

#include "base/env.h"
#include "doors/mount/session.h"

namespace kit::mount {

struct MountOptions {
    std::string name;  // "ipfs": the source in /proc/mounts.
    bool is_writable = false;
    bool for_all_users = false;  // Mounts.FuseAllowOther.
};

// A folder that can be mounted on, absolute and without links. A mount whose daemon was killed is
// taken off first; fails with busy, saying how to do it, where this user may not. Fails with
// not_found.
Result<Path> check_mount_point(const Path& path);

// The device that the kernel's requests come from.
Result<Descriptor> attach(const Path& path, const MountOptions& options);

// What is open in the mount does not keep it: later requests are refused.
Result<void> detach(const Path& path);

}  // namespace kit::mount
