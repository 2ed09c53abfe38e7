// How fast frames may leave: token buckets for all of them, for each peer and for protocols, and a
// share that only urgent protocols may use. What is late is not lost: it is told when to come back.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::p2p {

// 0 is no limit. A second's worth may leave at once.
struct SendLimits {
    uint64_t bytes_per_s = 0;
    uint64_t peer_bytes_per_s = 0;
    std::map<std::string, uint64_t> protocol_bytes_per_s = {};  // By the protocol's beginning.
    // Protocols, by their beginning, that leave the last tenth of the whole to others: those that
    // move much and can wait, as bitswap.
    std::vector<std::string> patient = {"/ipfs/bitswap"};

    bool empty() const {
        return bytes_per_s == 0 && peer_bytes_per_s == 0 && protocol_bytes_per_s.empty();
    }
};

// Fills at a rate up to a second's worth. A frame larger than that leaves when it is full, and the
// debt is paid before the next.
class TokenBucket final {
public:
    TokenBucket(uint64_t bytes_per_s, int64_t now_ns)
        : bytes_per_s_(bytes_per_s), level_(static_cast<double>(bytes_per_s)), filled_ns_(now_ns) {}

    // When `size` bytes may leave while `kept` (0 to 1) of the bucket stays; `now_ns` for at once.
    int64_t ready_ns(size_t size, double kept, int64_t now_ns);
    void take(size_t size) { level_ -= static_cast<double>(size); }

private:
    uint64_t bytes_per_s_;
    double level_;
    int64_t filled_ns_;
};

// Calls come from one thread at a time.
class SendBudget final {
public:
    explicit SendBudget(SendLimits limits) : limits_(std::move(limits)) {}

    // `now_ns` or less: the frame may leave, and is counted. Otherwise the time to ask again.
    int64_t ask(const PeerId& peer, const std::string& protocol, size_t size, int64_t now_ns);
    // The peer's own bucket goes with it.
    void forget(const PeerId& peer) { peers_.erase(peer); }

private:
    SendLimits limits_;
    std::optional<TokenBucket> whole_;
    std::unordered_map<PeerId, TokenBucket, PeerIdHash> peers_;
    std::map<std::string, TokenBucket> protocols_;
};

}  // namespace kit::p2p
