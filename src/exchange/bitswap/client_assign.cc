// Who is asked for what.
#include <algorithm>
#include <limits>

#include "exchange/bitswap/client.h"

namespace kit::exchange::bitswap {
namespace {

constexpr int64_t first_search_after_ns = 1'000'000'000;  // As boxo.
constexpr int64_t search_interval_min_ns = 5'000'000'000;
constexpr int64_t search_interval_max_ns = 60'000'000'000;
constexpr int64_t probe_interval_ns = 1'000'000'000;
constexpr size_t session_peers_count_wanted = 8;
constexpr size_t failures_in_a_row_max = 256;  // Of finding a peer, before the rest is left.
constexpr uint64_t order_mask = 0x3fffffff;

// Who wanted first is served first: the servers of both kinds send by priority.
int32_t priority_of(uint64_t order) {
    return INT32_MAX - static_cast<int32_t>(order & order_mask);
}

}  // namespace

void Client::ask(PeerNumber number, const Cid& cid, Want& want, WantType type,
                 double block_size_bytes, int64_t now_ns) {
    Peer& peer = peers_.at(number);
    const bool knows_have = peer.version == Version::v1_2_0;
    if (!knows_have) type = WantType::block;
    const auto [entry, is_new] = peer.asked.try_emplace(cid);
    Asked& asked = entry->second;
    if (is_new) {
        want.asked_peers.push_back(number);
    } else {
        release(peer, want, asked);
    }
    if (!asked.stands) ++peer.standing_count;
    asked = {type, Asked::State::pending, now_ns, 0, 0, peer.pending_count == 0, false, true};
    if (type == WantType::have) {
        asked.due_ns = now_ns + peer.pace.presence_patience_ns();
    } else {
        if (peer.pending_count == 0) peer.pace.on_busy(now_ns);
        asked.expected_bytes = static_cast<uint64_t>(block_size_bytes);
        peer.pending_bytes += asked.expected_bytes;
        ++peer.pending_count;
        ++want.pending_blocks;
        asked.due_ns = now_ns + peer.pace.patience_ns(peer.pending_bytes);
    }
    peer.outbox.push_back({cid, priority_of(want.order), false, type, knows_have});
}

// The peer has blocks of the session: what nobody had may be there as well.
void Client::join(SessionId id, PeerNumber number) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return;
    Session& session = found->second;
    const auto known = std::ranges::find(session.peers, number, &SessionPeer::number);
    if (known != session.peers.end()) {
        known->misses_in_a_row = 0;
        return;
    }
    session.peers.push_back({number, 0});
    revive(session, number);
}

// What is starved may be had of the peer, unless it said no.
void Client::revive(Session& session, PeerNumber number) {
    const Peer& peer = peers_.at(number);
    for (auto starved = session.starved.begin(); starved != session.starved.end();) {
        const auto asked = peer.asked.find(starved->second);
        if (asked != peer.asked.end() && asked->second.state == Asked::State::has_not) {
            ++starved;
            continue;
        }
        session.unassigned.insert(*starved);
        starved = session.starved.erase(starved);
    }
}

void Client::requeue(const Cid& cid, const Want& want) {
    for (const SessionId id : want.sessions) {
        Session& session = sessions_.at(id);
        session.starved.erase(want.order);
        session.unassigned.emplace(want.order, cid);
    }
}

void Client::assign(int64_t now_ns) {
    // Each time another session is first, so that none takes every peer's window.
    std::vector<SessionId> ids;
    for (const auto& [id, session] : sessions_) {
        if (!session.unassigned.empty() || !session.starved.empty()) ids.push_back(id);
    }
    if (ids.empty()) return;
    const auto first = std::ranges::upper_bound(ids, served_session_);
    std::rotate(ids.begin(), first, ids.end());
    served_session_ = ids.front();
    for (const SessionId id : ids) {
        Session& session = sessions_.at(id);
        assign_session(session, now_ns);
        if (!session.starved.empty()) {
            ask_everybody(session, now_ns);
            search(session, now_ns);
        }
        probe(session, now_ns);
    }
}

void Client::assign_session(Session& session, int64_t now_ns) {
    size_t failure_count = 0;
    for (auto next = session.unassigned.begin(); next != session.unassigned.end();) {
        Want& want = wants_.at(next->second);
        if (want.pending_blocks > 0) {
            next = session.unassigned.erase(next);
            continue;
        }
        PeerNumber number = 0;
        const Choice choice = choose(session, next->second, now_ns, number);
        if (choice == Choice::all_full) {
            if (++failure_count >= failures_in_a_row_max) return;
            // With nothing free anywhere the rest needs no look either.
            const bool any_free = std::ranges::any_of(session.peers, [&](const SessionPeer& one) {
                return has_room(peers_.at(one.number), session.block_size_bytes);
            });
            if (!any_free) return;
            ++next;
            continue;
        }
        if (choice == Choice::nobody) {
            if (session.starved.empty() && session.next_search_ns == 0) {
                session.next_search_ns = now_ns + first_search_after_ns;
            }
            session.starved.insert(*next);
        } else {
            failure_count = 0;
            ask(number, next->second, want, WantType::block, session.block_size_bytes, now_ns);
        }
        next = session.unassigned.erase(next);
    }
}

bool Client::has_room(const Peer& peer, double block_size_bytes) const {
    if (peer.pending_count == 0) return peer.standing_count < limits::peer_asked_count_max;
    return peer.standing_count < limits::peer_asked_count_max &&
           peer.pending_bytes + static_cast<uint64_t>(block_size_bytes) <= peer.pace.window_bytes();
}

// Of the session's peers the one that should have sent the block first; those that said that they
// have it go before those that may, and those before who let it wait once.
Client::Choice Client::choose(const Session& session, const Cid& cid, int64_t now_ns,
                              PeerNumber& out) const {
    bool any_full = false;
    auto best = std::tuple(INT32_MAX, std::numeric_limits<double>::max(), uint32_t{0});
    for (const SessionPeer& candidate : session.peers) {
        const Peer& peer = peers_.at(candidate.number);
        if (peer.suspended_until_ns > now_ns) continue;
        const auto asked = peer.asked.find(cid);
        int rank = 1;
        if (asked != peer.asked.end()) {
            if (asked->second.state == Asked::State::has_not) continue;
            if (asked->second.state == Asked::State::has) rank = 0;
            if (asked->second.state == Asked::State::late) rank = 2;
        }
        if (!has_room(peer, session.block_size_bytes) &&
            (asked == peer.asked.end() || peer.pending_count > 0)) {
            any_full = true;
            continue;
        }
        const double wait_s = static_cast<double>(peer.pending_bytes) / peer.pace.bytes_per_s() +
                              static_cast<double>(peer.pace.latency_ns()) / 1e9;
        best = std::min(best, std::tuple(rank, wait_s, candidate.number));
    }
    if (std::get<0>(best) == INT32_MAX) return any_full ? Choice::all_full : Choice::nobody;
    out = std::get<2>(best);
    return Choice::found;
}

std::optional<PeerNumber> Client::best_peer(int64_t now_ns) const {
    std::optional<PeerNumber> best;
    int64_t most_bytes = -1;
    for (const auto& [number, peer] : peers_) {
        if (peer.suspended_until_ns > now_ns || peer.useful_bytes <= most_bytes) continue;
        if (peer.standing_count >= limits::peer_asked_count_max) continue;
        best = number;
        most_bytes = peer.useful_bytes;
    }
    return best;
}

// The first starved wants go to every peer that has not answered for them yet.
void Client::ask_everybody(Session& session, int64_t now_ns) {
    size_t count = 0;
    for (const auto& [order, cid] : session.starved) {
        if (++count > limits::broadcast_wants_count_max) return;
        Want& want = wants_.at(cid);
        if (want.asked_everybody == round_) continue;
        want.asked_everybody = round_;
        broadcast(session, cid, want, count == 1, now_ns);
    }
}

void Client::broadcast(Session& session, const Cid& cid, Want& want, bool is_first,
                       int64_t now_ns) {
    // The first want of a session is asked of the best peer at once: when it has the block, that
    // saves the way there and back.
    const auto best = is_first && session.peers.empty() && want.pending_blocks == 0
                          ? best_peer(now_ns)
                          : std::nullopt;
    const bool is_starved = session.starved.contains(want.order);
    size_t asked_count = 0;
    for (auto& [number, peer] : peers_) {
        if (asked_count >= limits::broadcast_peers_count_max) return;
        // Whoever is in the session is asked for the block in its turn.
        if (!is_starved && std::ranges::count(session.peers, number, &SessionPeer::number) > 0) {
            continue;
        }
        if (peer.version == Version::v1_0_0 && cid.version() != 0) continue;
        const auto asked = peer.asked.find(cid);
        const bool is_open = asked == peer.asked.end()
                                 ? peer.standing_count < limits::peer_asked_count_max
                                 : asked->second.state == Asked::State::late;
        if (!is_open) continue;
        const bool is_best = best == number && asked == peer.asked.end();
        ask(number, cid, want, is_best ? WantType::block : WantType::have, session.block_size_bytes,
            now_ns);
        ++asked_count;
    }
}

// Everybody who was asked said no or nothing.
bool Client::is_hopeless(const Cid& cid, const Want& want) const {
    return std::ranges::none_of(want.asked_peers, [&](PeerNumber number) {
        const auto state = peers_.at(number).asked.at(cid).state;
        return state == Asked::State::pending || state == Asked::State::has;
    });
}

void Client::search(Session& session, int64_t now_ns) {
    if (session.next_search_ns == 0) session.next_search_ns = now_ns + first_search_after_ns;
    if (peers_.empty() && session.search_count == 0) session.next_search_ns = now_ns;
    if (now_ns < session.next_search_ns) return;
    // Not every block has a record of its own, so what the session began with is searched for as
    // well, in turn with what is missing.
    const uint64_t turn = session.search_count++;
    if (turn % 2 == 0) {
        searches_.push_back(session.first);
    } else {
        auto target = session.starved.begin();
        std::advance(target, static_cast<ptrdiff_t>(turn / 2 % session.starved.size()));
        searches_.push_back(target->second);
    }
    session.search_interval_ns =
        std::clamp(2 * session.search_interval_ns, search_interval_min_ns, search_interval_max_ns);
    session.next_search_ns = now_ns + session.search_interval_ns;
}

// A session with few peers asks others now and then whether they have what it wants next.
void Client::probe(Session& session, int64_t now_ns) {
    if (session.unassigned.empty() || session.peers.size() >= session_peers_count_wanted ||
        now_ns < session.next_probe_ns) {
        return;
    }
    session.next_probe_ns = now_ns + probe_interval_ns;
    const Cid& cid = session.unassigned.rbegin()->second;
    Want& want = wants_.at(cid);
    if (want.asked_everybody == round_) return;
    want.asked_everybody = round_;
    broadcast(session, cid, want, false, now_ns);
}

}  // namespace kit::exchange::bitswap
