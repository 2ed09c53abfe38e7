// The kernel's protocol: one request's bytes in, one answer's bytes out. Nothing here touches a
// device, so that a test can be the kernel.
// https://docs.kernel.org/filesystems/fuse/index.html, linux/fuse.h (7.31)
#pragma once

#include <vector>

#include "base/bytes.h"
#include "doors/mount/file_system.h"

namespace kit::mount {

struct Reply {
    bool is_wanted = true;  // The kernel waits for none of some requests.
    uint64_t request = 0;
    int error = 0;  // Of errno.h; then there is nothing else.
    Bytes head = {};
    std::vector<SharedBytes> pieces = {};
};

// Any thread. `system` must outlive it.
class Protocol final {
public:
    // `user` and `group` are whose everything is said to be.
    Protocol(FileSystem& system, uint32_t user, uint32_t group)
        : system_(system), user_(user), group_(group) {}

    // For a request as the device gives it, whole.
    Reply serve(ByteView request);

private:
    class Call;
    FileSystem& system_;
    const uint32_t user_;
    const uint32_t group_;
};

// What read() of the device needs room for.
size_t request_size_bytes_max(const Traits& traits);

}  // namespace kit::mount
