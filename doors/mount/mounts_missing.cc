// What stands in for mounts.cc in a program that was built without FUSE.
#include "doors/mount/mounts.h"

namespace kit::mount {

struct Mounts::Mounted {};

Mounts::Mounts(node::Node& node) : node_(node) {}
Mounts::~Mounts() = default;

Result<void> Mounts::mount(const Places&) {
    return fail(Code::unsupported,
                "this program was built without FUSE: build it with -DKIT_FUSE=ON where the "
                "kernel's header linux/fuse.h is");
}

Result<void> Mounts::unmount() {
    return {};
}

Result<void> Mounts::unmount_locked() {
    return {};
}

}  // namespace kit::mount
