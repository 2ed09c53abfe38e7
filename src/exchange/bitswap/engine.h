// The whole of bitswap as a machine without clock, thread or socket: what happened goes in with its
// time, what to send comes out. So a thousand of them run in one test, and a run can be replayed.
// Blocks that came in are verified by the caller, on as many threads as it likes, before the
// engine hears of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "blocks/source.h"
#include "exchange/bitswap/client.h"
#include "exchange/bitswap/ledger.h"
#include "exchange/bitswap/message.h"
#include "exchange/bitswap/server.h"
#include "exchange/limits.h"
#include "formats/peer_id.h"

namespace kit::exchange::bitswap {

using formats::PeerId;

struct PeerHash {
    size_t operator()(const PeerId& peer) const { return formats::MultihashHash()(peer.hash()); }
};

struct Outgoing {
    PeerId peer;
    Version version;
    Message message;
};
// A peer to be cut off, and why.
struct Drop {
    PeerId peer;
    std::string reason;
};

// One thread. Times are the monotonic clock's, in nanoseconds, and never go back.
class Engine final {
public:
    // What peers are served from; must outlive the engine.
    explicit Engine(const blocks::Source& source) : server_(source) {}

    // A peer that speaks bitswap is there. Nothing happens when it was there already, or was
    // dropped a short while ago.
    void on_connected(const PeerId& peer, Version version, int64_t now_ns);
    void on_disconnected(const PeerId& peer);
    // The wants and presences of a message; its blocks are the caller's until on_block().
    void on_message(const PeerId& peer, const Message& message, int64_t now_ns);
    // A block from `peer` whose bytes bear out `cid`. True: it was wanted and is news.
    bool on_block(const PeerId& peer, const Cid& cid, size_t size_bytes, int64_t now_ns);
    // Bytes from `peer` that are no message, or a block that no CID can name.
    void on_garbage(const PeerId& peer, const std::string& reason, int64_t now_ns);
    // The source has the block now.
    void on_held(const Cid& cid, uint64_t size_bytes, int64_t now_ns);
    // How much waits on the way to the peer.
    void on_unsent(const PeerId& peer, size_t unsent_bytes, int64_t now_ns);
    void on_timer(int64_t now_ns);

    SessionId open_session() { return client_.open_session(); }
    void close_session(SessionId session) { client_.close_session(session); }
    // Returns how many were left out because the session has too many.
    size_t want(SessionId session, std::span<const Cid> cids, int64_t now_ns) {
        return client_.want(session, cids, now_ns);
    }
    void cancel(SessionId session, std::span<const Cid> cids) { client_.cancel(session, cids); }

    // After a batch of the above: decides what is asked of whom.
    void decide(int64_t now_ns) { client_.assign(now_ns); }
    // The next message to send; nullopt: none now. Blocks are kept back while too much waits on the
    // way to their peer or to all; whoever is owed more comes first.
    std::optional<Outgoing> next_message();
    std::vector<Cid> take_searches() { return client_.take_searches(); }
    std::vector<Drop> take_drops() { return std::exchange(drops_, {}); }
    // When on_timer() should come at the latest; nullopt: not before something happens.
    std::optional<int64_t> next_timer_ns() const { return client_.next_timer_ns(); }

    const Statistics& statistics() const { return statistics_; }
    std::vector<PeerId> peers() const;
    std::vector<Cid> wants() const { return client_.wants(); }
    bool is_wanted(const Cid& cid) const { return client_.is_wanted(cid); }
    std::vector<WantEntry> wants_of(const PeerId& peer) const;
    // Also of peers that left, for a while; empty when nothing is known.
    std::optional<Ledger> find_ledger(const PeerId& peer) const;
    // Blocks that peers wait for and that are not here.
    size_t waiting_count() const { return server_.waiting_count(); }
    // Items in all containers, but for bounded memories of the past: for tests of growth.
    size_t kept_count() const;

private:
    struct Peer {
        PeerId id;
        Version version;
        Ledger ledger;
        size_t unsent_bytes = 0;
        double served = 0;  // Bytes over weight: who has least is next.
        uint64_t duplicate_bytes = 0;
        uint64_t useful_bytes = 0;
        uint32_t unwanted_count = 0;
    };

    Peer* find(const PeerId& peer, PeerNumber& number);
    void drop(const PeerId& peer, std::string reason, int64_t now_ns);
    void remember_ledger(const Peer& peer);
    std::optional<PeerNumber> next_served() const;
    void measure_line(size_t sent_bytes, int64_t now_ns);

    Server server_;
    Client client_;
    std::unordered_map<PeerId, PeerNumber, PeerHash> numbers_;
    std::map<PeerNumber, Peer> peers_;
    std::unordered_map<PeerId, Ledger, PeerHash> remembered_;
    std::deque<PeerId> remembered_order_;
    std::unordered_map<PeerId, int64_t, PeerHash> dropped_until_ns_;
    std::deque<PeerId> dropped_order_;
    std::vector<Drop> drops_;
    Statistics statistics_;
    PeerNumber last_number_ = 0;
    size_t unsent_bytes_ = 0;  // Of all peers, and how much that may be.
    size_t unsent_bytes_max_ = limits::all_unsent_bytes_min;
    int64_t measured_since_ns_ = 0;
    size_t measured_bytes_ = 0;
    double served_floor_ = 0;  // What a peer that was idle starts from.
};

}  // namespace kit::exchange::bitswap
