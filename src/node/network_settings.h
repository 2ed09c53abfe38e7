// What the config says of the network, read and checked before anything listens.
#pragma once

#include <string>
#include <vector>

#include "base/env.h"
#include "node/config.h"
#include "p2p/shim_host.h"

namespace kit::node {

struct NetworkSettings {
    p2p::ShimHostOptions host;
    std::vector<std::string> skipped_addresses;  // Of Addresses.Swarm, for transports not here.
};

// Fails with invalid_argument naming the setting; with io_error when swarm.key cannot be read.
Result<NetworkSettings> network_settings(Disk& disk, const Path& repo, const Config& config);

}  // namespace kit::node
