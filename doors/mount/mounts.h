// The mounts of a daemon: /ipfs, /ipns and the mutable tree, all or none.
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
    Path mfs;
};

// Where the config says: Mounts.IPFS, Mounts.IPNS and Mounts.MFS.
Places configured_places(const node::Config& config);

// Every call is safe from any thread.
class Mounts final {
public:
    // `node` must outlive it.
    explicit Mounts(node::Node& node);
    // Unmounts; what fails then is told to nobody.
    ~Mounts();

    // What is mounted already is unmounted first. Fails with unsupported, saying what is missing,
    // where this program or this machine has no FUSE.
    Result<void> mount(const Places& places);
    // What was written to open files is in the tree then. The first failure, when all was tried.
    Result<void> unmount();

private:
    struct Mounted;
    Result<void> unmount_locked() REQUIRES(mutex_);

    node::Node& node_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Mounted>> mounted_ GUARDED_BY(mutex_);
};

}  // namespace kit::mount
