// What announcing did and has before it: the figures of `provide stat`, with Kubo's meanings.
// go-libp2p-kad-dht:provider/stats/stats.go
#pragma once

#include <cstdint>
#include <string>

namespace kit::routing {

enum class ProvideConnectivity : uint8_t {
    online,
    disconnected,  // Nobody was reached the last time.
    offline        // Nor for a long time.
};

struct ProvideStatistics {
    bool is_closed = false;
    struct {
        ProvideConnectivity status = ProvideConnectivity::disconnected;
        int64_t since_unix_ns = 0;
    } connectivity;
    struct {
        uint64_t pending_key_provides = 0;
        uint64_t pending_region_provides = 0;
        uint64_t pending_region_reprovides = 0;
    } queues;
    struct {
        uint64_t keys = 0;
        uint64_t regions = 0;
        double avg_prefix_length = 0;
        int64_t next_reprovide_at_unix_ns = 0;  // 0: nothing is scheduled.
        std::string next_reprovide_prefix;      // "0110"
    } schedule;
    struct {
        uint32_t max = 0;
        uint32_t active = 0;
        uint32_t active_periodic = 0;
        uint32_t active_burst = 0;
        uint32_t dedicated_periodic = 0;
        uint32_t dedicated_burst = 0;
        uint32_t queued_periodic = 0;
        uint32_t queued_burst = 0;
        uint32_t max_provide_conns_per_worker = 0;
    } workers;
    struct {
        int64_t uptime_ns = 0;
        int64_t reprovides_interval_ns = 0;
        int64_t cycle_start_unix_ns = 0;
        int64_t current_time_offset_ns = 0;
        int64_t max_reprovide_delay_ns = 0;
    } timing;
    struct {
        uint64_t region_provides = 0;
        uint64_t key_provides = 0;
        uint64_t region_reprovides = 0;
        uint64_t key_reprovides = 0;
    } ongoing;
    struct {
        uint64_t records_provided = 0;
        uint64_t keys_provided = 0;
        uint64_t keys_failed = 0;
        double keys_provided_per_minute = 0;  // Of one worker, as the next.
        double keys_reprovided_per_minute = 0;
        int64_t region_reprovide_duration_ns = 0;
        double avg_keys_per_reprovide = 0;
        uint64_t regions_reprovided_last_cycle = 0;
    } past;
    struct {
        uint64_t peers = 0;  // Asked to keep records, in the last cycle.
        uint64_t reachable = 0;
        bool complete_keyspace_coverage = false;
        double avg_region_size = 0;  // In peers.
        double avg_holders = 0;      // Of a record.
        uint32_t replication_factor = 0;
    } network;
    // Beyond Kubo's.
    uint64_t keys_left_to_sweep = 0;  // New ones that found the queue full.
    std::string last_error;           // Of the sweep; "" when the last one succeeded.
};

}  // namespace kit::routing
