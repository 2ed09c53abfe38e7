// Content that nodes tell each other about: what a node says of itself to those who ask, and its
// own requests, which find holders by announcements and fetch by the exchange.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "announce/announcements.h"
#include "base/env.h"
#include "blocks/source.h"

namespace kit::node {

class Node;

// How far a request has come.
struct RequestContentProgress {
    bool is_new_round = false;
    std::vector<formats::PeerId> asked = {};  // With a new round; none: whoever is connected.
    uint64_t block_count = 0;
    uint64_t size_bytes = 0;
    bool is_done = false;
};
struct RequestContentOptions {
    std::chrono::nanoseconds deadline = std::chrono::seconds(30);
    std::optional<uint64_t> size_bytes_max = std::nullopt;
    const std::atomic<bool>* cancel = nullptr;
    // From the caller's thread; an error ends the request with it.
    std::function<Result<void>(const RequestContentProgress&)> on_progress = {};
};

// Fetches what is missing below `cid` from peers that say they have it; blocks. What came is kept
// until a collection. Fails with offline, with unsupported while announcements are off, with
// timeout when nobody sent all of it in time, with too_large.
Result<void> request_content(const Clock& clock, Node& node, const formats::Cid& cid,
                             const RequestContentOptions& options);

// Whether the root is here, and how large all below it is if the root says so. Reads one block.
std::optional<announce::Holding> find_holding(const blocks::Source& store, const formats::Cid& cid);

// Processes that wait for each core, as the system counts them over a minute: 100 is one a core.
uint32_t system_load_percent();

}  // namespace kit::node
