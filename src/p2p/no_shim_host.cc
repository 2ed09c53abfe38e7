// In place of shim_host.cc in a build without Rust.
#include "p2p/shim_host.h"

namespace kit::p2p {

Result<std::unique_ptr<ShimHost>> ShimHost::open(const Clock&, const ShimHostOptions&) {
    return fail(Code::unsupported,
                "this program was built without peers, for want of Rust: run the daemon with "
                "--offline, or build it again after scripts/setup");
}

}  // namespace kit::p2p
