// What other nodes have announced, as long as it is news: bounded in all and for each peer, so that
// whoever announces most loses its own oldest first.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "announce/limits.h"
#include "announce/message.h"
#include "formats/peer_id.h"
#include "p2p/peer_id_hash.h"

namespace kit::announce {

using formats::PeerId;

struct Heard {
    PeerId from;
    Announcement announcement;
    int64_t heard_ns = 0;       // Monotonic.
    int64_t heard_unix_ns = 0;  // By our own clock: the sender's proves nothing.
};

// What a list is to have: all that is given.
struct HeardFilter {
    std::optional<Cid> cid = std::nullopt;
    std::string tag = {};   // One of its tags.
    std::string name = {};  // A part of its name.
    int64_t since_unix_ns = 0;
};

struct HeardBounds {
    size_t count_max = limits::heard_count_max;
    size_t of_peer_count_max = limits::heard_of_peer_count_max;
    int64_t time_ns_max = limits::heard_time_ns_max;
};

// One thread at a time.
class HeardTable final {
public:
    explicit HeardTable(HeardBounds bounds = {}) : bounds_(bounds) {}

    // A peer's newer word about the same content takes the place of its older one.
    void add(Heard heard);
    // Drops what is no news any more.
    void expire(int64_t now_ns);
    // The newest is last.
    std::vector<Heard> list(const HeardFilter& filter) const;
    size_t count() const { return entries_.size(); }
    size_t count_of(const PeerId& peer) const;

private:
    using Number = uint64_t;
    void drop(Number number);
    void drop_oldest_of_loudest();

    const HeardBounds bounds_;
    std::map<Number, Heard> entries_;  // In the order in which they were heard.
    std::unordered_map<PeerId, std::set<Number>, p2p::PeerIdHash> of_peer_;
    std::unordered_map<Cid, std::set<Number>, formats::CidHash> of_cid_;
    Number last_number_ = 0;
};

}  // namespace kit::announce
