// What we want and whom we ask. A session is one fetch: its first wants go to everybody; whoever
// has them is asked for the rest, each block of one peer alone, as much at a time as the peer's
// line holds. What a peer has not, or does not send in time, another is asked for. What nobody has
// is searched for.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "exchange/bitswap/message.h"
#include "exchange/bitswap/peer_pace.h"
#include "exchange/bitswap/server.h"

namespace kit::exchange::bitswap {

using SessionId = uint64_t;

// One thread. Times are the monotonic clock's.
class Client final {
public:
    void add_peer(PeerNumber number, Version version, int64_t now_ns);
    void remove_peer(PeerNumber number);

    SessionId open_session();
    // Takes its wants with it.
    void close_session(SessionId session);
    // Wants that stand already stay where they are; those over session_wants_count_max are left
    // out, and their number is returned.
    size_t want(SessionId session, std::span<const Cid> cids, int64_t now_ns);
    void cancel(SessionId session, std::span<const Cid> cids);

    void on_presences(PeerNumber number, std::span<const Presence> presences, int64_t now_ns);
    enum class Use : uint8_t {
        wanted,
        duplicate,  // It was wanted and is not any more.
        unwanted    // Nobody asked.
    };
    Use on_block(PeerNumber number, const Cid& cid, size_t size_bytes, int64_t now_ns);
    // The block came another way.
    void on_held(const Cid& cid, int64_t now_ns);
    void on_timer(int64_t now_ns);
    // Gives wants to peers: after each batch of what happened.
    void assign(int64_t now_ns);

    bool has_entries(PeerNumber number) const { return !peers_.at(number).outbox.empty(); }
    std::vector<WantEntry> take_entries(PeerNumber number);
    // Whose providers should be looked for now.
    std::vector<Cid> take_searches() { return std::exchange(searches_, {}); }
    // When on_timer() should come; nullopt: not before something happens.
    std::optional<int64_t> next_timer_ns() const;

    std::vector<Cid> wants() const;
    bool is_wanted(const Cid& cid) const { return wants_.contains(cid); }
    size_t kept_count() const;

private:
    struct Asked {
        enum class State : uint8_t { pending, has, has_not, late };
        WantType type;
        State state;
        int64_t asked_ns;
        int64_t due_ns;
        uint64_t expected_bytes;  // Counted in the peer's pending_bytes while a block is pending.
        bool was_alone;           // Nothing else was awaited of the peer.
        bool was_extended;
        bool stands;  // On the peer's list: a cancel has to follow.
        bool is_block_pending() const { return state == State::pending && type == WantType::block; }
    };
    struct Peer {
        Version version;
        PeerPace pace;
        std::unordered_map<Cid, Asked, formats::CidHash> asked;
        std::vector<WantEntry> outbox;
        uint64_t pending_bytes = 0;
        size_t pending_count = 0;
        size_t standing_count = 0;
        uint32_t late_in_a_row = 0;
        uint32_t suspension_count = 0;
        int64_t suspended_until_ns = 0;
        int64_t useful_bytes = 0;
    };
    struct Want {
        uint64_t order;
        std::vector<SessionId> sessions;
        std::vector<PeerNumber> asked_peers;
        size_t pending_blocks = 0;     // How many peers are to send it.
        uint64_t asked_everybody = 0;  // The round_ of its last broadcast.
    };
    struct SessionPeer {
        PeerNumber number;
        uint32_t misses_in_a_row;
    };
    struct Session {
        Cid first;  // Of its wants: what the others hang from, and what is announced.
        std::unordered_set<Cid, formats::CidHash> wants;
        std::map<uint64_t, Cid> unassigned;  // To be asked of a peer; by the order of wanting.
        std::map<uint64_t, Cid> starved;     // No peer of the session has it.
        std::vector<SessionPeer> peers;
        double block_size_bytes = 64 * 1024;  // The mean of late.
        int64_t next_search_ns = 0;           // 0: none is due.
        int64_t search_interval_ns = 0;
        uint64_t search_count = 0;
        int64_t next_probe_ns = 0;
    };
    struct Recent {
        SessionId session;
        int64_t until_ns;
    };
    using Wants = std::unordered_map<Cid, Want, formats::CidHash>;

    // client.cc
    void forget(const Cid& cid, PeerNumber sender, int64_t now_ns);
    void drop_want(SessionId session, const Cid& cid);
    static void release(Peer& peer, Want& want, Asked& asked);
    static void take_off(Peer& peer, Asked& asked);
    void remember(const Cid& cid, SessionId session, int64_t now_ns);
    void expire_recent(int64_t now_ns);
    void on_late(PeerNumber number, Peer& peer, const Cid& cid, int64_t now_ns);
    void on_miss(PeerNumber number, Want& want, const Cid& cid, int64_t now_ns);
    // client_assign.cc
    void ask(PeerNumber number, const Cid& cid, Want& want, WantType type, double block_size_bytes,
             int64_t now_ns);
    void join(SessionId session, PeerNumber number);
    void revive(Session& session, PeerNumber number);
    void requeue(const Cid& cid, const Want& want);
    void assign_session(Session& session, int64_t now_ns);
    enum class Choice : uint8_t { found, all_full, nobody };
    Choice choose(const Session& session, const Cid& cid, int64_t now_ns, PeerNumber& out) const;
    bool has_room(const Peer& peer, double block_size_bytes) const;
    void ask_everybody(Session& session, int64_t now_ns);
    void broadcast(Session& session, const Cid& cid, Want& want, bool is_first, int64_t now_ns);
    std::optional<PeerNumber> best_peer(int64_t now_ns) const;
    bool is_hopeless(const Cid& cid, const Want& want) const;
    void search(Session& session, int64_t now_ns);
    void probe(Session& session, int64_t now_ns);

    std::map<PeerNumber, Peer> peers_;
    std::map<SessionId, Session> sessions_;
    Wants wants_;
    std::unordered_map<Cid, Recent, formats::CidHash> recent_;
    std::deque<std::pair<int64_t, Cid>> recent_order_;
    std::vector<Cid> searches_;
    SessionId last_session_ = 0;
    SessionId served_session_ = 0;  // Who came first at the last assignment.
    uint64_t last_order_ = 0;
    uint64_t round_ = 1;  // Of asking everybody: grows with each new peer and now and then.
    int64_t last_tick_ns_ = 0;
    int64_t next_round_ns_ = 0;
};

}  // namespace kit::exchange::bitswap
