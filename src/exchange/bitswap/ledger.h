// What went between us and each peer, as `bitswap ledger` and `bitswap stat` tell it, and the share
// that follows from it: who gave gets more when the line is short.
// boxo:bitswap/server/internal/decision/scoreledger.go
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/bytes.h"

namespace kit::exchange::bitswap {

struct Ledger {
    uint64_t bytes_sent = 0;
    uint64_t bytes_received = 0;
    uint64_t exchange_count = 0;  // Blocks, both ways.

    // As Kubo shows it.
    double debt_ratio() const {
        return static_cast<double>(bytes_sent) / (static_cast<double>(bytes_received) + 1);
    }
    // Its share beside others: from 1/4 for who only took to 4 for who only gave. What is below
    // 16 MiB decides nothing.
    double weight() const {
        constexpr double neutral_bytes = 16.0 * MiB;
        const double ratio = (static_cast<double>(bytes_received) + neutral_bytes) /
                             (static_cast<double>(bytes_sent) + neutral_bytes);
        return std::clamp(ratio, 0.25, 4.0);
    }
};

struct Statistics {
    uint64_t messages_received = 0;
    uint64_t blocks_received = 0;  // All, as Kubo counts them; duplicates among them.
    uint64_t bytes_received = 0;
    uint64_t duplicate_blocks_received = 0;
    uint64_t duplicate_bytes_received = 0;
    uint64_t unwanted_blocks_received = 0;
    uint64_t blocks_sent = 0;
    uint64_t bytes_sent = 0;
    uint64_t peers_dropped = 0;
};

}  // namespace kit::exchange::bitswap
