#include "doors/mount/mounts.h"

namespace kit::mount {

Places configured_places(const node::Config& config) {
    return {.ipfs = config.find_text("Mounts.IPFS").value_or("/ipfs"),
            .ipns = config.find_text("Mounts.IPNS").value_or("/ipns"),
            .mfs = config.find_text("Mounts.MFS").value_or("/mfs")};
}

}  // namespace kit::mount
