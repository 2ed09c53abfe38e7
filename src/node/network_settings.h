// What the config says of the network, read and checked before anything listens.
#pragma once

#include <string>
#include <vector>

#include "announce/scores.h"
#include "base/env.h"
#include "node/address_filters.h"
#include "node/company.h"
#include "node/config.h"
#include "node/node.h"
#include "p2p/shim_host.h"

namespace kit::node {

// Kit.Announcements: docs/formats/announcements.md.
struct AnnouncementSettings {
    bool is_enabled = false;
    bool is_automatic = false;  // What is added and pinned is announced.
    announce::ScoreWeights weights = {};
};

struct NetworkSettings {
    p2p::ShimHostOptions host;
    bool carries_streams = false;                // Experimental.Libp2pStreamMounting: `ipfs p2p`.
    bool pubsub_for_all = false;                 // `ipfs pubsub` may be used.
    bool names_by_pubsub = false;                // IPNS records go over pubsub as well.
    std::vector<AddressRange> filters;           // Swarm.AddrFilters.
    std::vector<std::string> skipped_addresses;  // Of Addresses.Swarm, for transports not here.
    // Trustless HTTP gateways that are asked like peers: Kit.Gateways, "https://gateway.example".
    std::vector<std::string> gateways;
    AnnouncementSettings announcements = {};
    CompanySettings company = {};
    bool asks_http_providers = true;  // Those that a search for providers names.
    size_t gateway_threads_count = 16;
    uint64_t gateway_block_size_bytes_max = 2 * MiB;
};

// Fails with invalid_argument naming the setting; with io_error when swarm.key cannot be read.
Result<NetworkSettings> network_settings(Disk& disk, const Path& repo, const Config& config,
                                         const NetworkChoices& choices);

}  // namespace kit::node
