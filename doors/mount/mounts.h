// The mounts of a daemon: /ipfs and /ipns, both or none. The mutable tree is not among them yet.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/result.h"
#include "base/thread_annotations.h"
#include "node/node.h"

namespace kit::mount {

struct Places {
    Path ipfs;
    Path ipns;
};

// Where the config says: Mounts.IPFS and Mounts.IPNS.
Places configured_places(const node::Config& config);

// Every call is safe from any thread.
class Mounts final {
public:
    // `node` must outlive it.
    explicit Mounts(node::Node& node);
    // Unmounts.
    ~Mounts();

    // What is mounted already is unmounted first. Fails with unsupported, saying what is missing,
    // where this program or this machine has no FUSE.
    Result<void> mount(const Places& places);
    // The first failure, when all was tried.
    Result<void> unmount();

private:
    struct Mounted;
    Result<void> unmount_locked() REQUIRES(mutex_);

    node::Node& node_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Mounted>> mounted_ GUARDED_BY(mutex_);
};

}  // namespace kit::mount
