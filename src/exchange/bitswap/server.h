// What peers want from us, and what they get next. A want for a block that is here is queued by its
// priority; one for a block that is not here waits until it comes. Whatever a peer asks for, what
// is kept for it is bounded (limits.h), and the block's bytes are read when they are sent, not
// before.
#pragma once

#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "blocks/source.h"
#include "exchange/bitswap/message.h"

namespace kit::exchange::bitswap {

using PeerNumber = uint32_t;  // A connected peer; numbers are not used again.

// One thread.
class Server final {
public:
    // `source` must outlive the server; a block that cannot be read counts as one not held.
    explicit Server(const blocks::Source& source) : source_(source) {}

    void add_peer(PeerNumber number, Version version);
    void remove_peer(PeerNumber number);
    // A message's wants and cancels.
    void on_wants(PeerNumber number, bool is_full, const std::vector<WantEntry>& entries);
    // The block is here now: whoever waits for it gets it.
    void on_held(const Cid& cid, uint64_t size_bytes);

    bool has_presences(PeerNumber number) const { return !peers_.at(number).presences.empty(); }
    bool has_blocks(PeerNumber number) const { return !peers_.at(number).queue.empty(); }
    void take_presences(PeerNumber number, Message& message);
    struct Taken {
        size_t count = 0;
        uint64_t bytes = 0;
    };
    // Adds queued blocks until the message has about `message_size_bytes_target`; at least one.
    Taken take_blocks(PeerNumber number, Message& message);

    std::vector<WantEntry> wants_of(PeerNumber number) const;
    // Blocks that somebody waits for.
    size_t waiting_count() const { return waiting_.size(); }
    // Of all its containers, for tests of growth.
    size_t kept_count() const;

private:
    using Place = std::pair<int64_t, uint64_t>;  // Minus the priority, and the order of coming.
    struct Want {
        WantEntry entry;
        Place place;
        bool is_queued;  // Else it waits for the block.
        uint64_t size_bytes;
    };
    struct Peer {
        Version version;
        std::unordered_map<Cid, Want, formats::CidHash> wants;
        std::map<Place, Cid> queue;
        std::map<uint64_t, Cid> waiting;  // By order of coming.
        std::vector<Presence> presences;
        uint64_t queued_bytes = 0;
    };

    void add_want(PeerNumber number, Peer& peer, const WantEntry& entry);
    void remove_want(PeerNumber number, Peer& peer, const Cid& cid);
    void remove_all_wants(PeerNumber number, Peer& peer);
    void enqueue(Peer& peer, const WantEntry& entry, uint64_t size_bytes);
    void wait_for(PeerNumber number, Peer& peer, const WantEntry& entry);
    bool make_room(PeerNumber number, Peer& peer);
    static void answer(Peer& peer, const Cid& cid, bool is_held);

    const blocks::Source& source_;
    std::unordered_map<PeerNumber, Peer> peers_;
    // Who waits for a block that is not here.
    std::unordered_map<Cid, std::vector<PeerNumber>, formats::CidHash> waiting_;
    uint64_t last_order_ = 0;
};

}  // namespace kit::exchange::bitswap
