// What happens to wants: they come, are answered, are late, end. Who is asked next is in
// client_assign.cc.
#include "exchange/bitswap/client.h"

#include <algorithm>
#include <utility>

namespace kit::exchange::bitswap {
namespace {

constexpr int64_t tick_ns = 250'000'000;
// Messages get lost with the streams that carry them: those who never answered are asked again.
constexpr int64_t round_ns = 10'000'000'000;
constexpr uint32_t late_in_a_row_max = 3;
constexpr int64_t suspension_ns = 5'000'000'000;
constexpr uint32_t suspension_doublings_max = 6;
constexpr uint32_t misses_in_a_row_max = 16;
constexpr size_t entries_count_max = 8192;  // Of one message: less than 1 MiB.

}  // namespace

void Client::add_peer(PeerNumber number, Version version, int64_t now_ns) {
    Peer& peer = peers_[number];
    peer.version = version;
    peer.pace.on_busy(now_ns);
    ++round_;
}

void Client::remove_peer(PeerNumber number) {
    const auto found = peers_.find(number);
    if (found == peers_.end()) return;
    for (auto& [id, session] : sessions_) {
        std::erase_if(session.peers, [&](const SessionPeer& one) { return one.number == number; });
    }
    for (auto& [cid, asked] : found->second.asked) {
        Want& want = wants_.at(cid);
        std::erase(want.asked_peers, number);
        const bool was_pending = asked.is_block_pending();
        release(found->second, want, asked);
        if (was_pending && want.pending_blocks == 0) requeue(cid, want);
    }
    peers_.erase(found);
}

SessionId Client::open_session() {
    sessions_[++last_session_];
    return last_session_;
}

void Client::close_session(SessionId session) {
    const auto found = sessions_.find(session);
    if (found == sessions_.end()) return;
    const std::vector<Cid> cids(found->second.wants.begin(), found->second.wants.end());
    cancel(session, cids);
    sessions_.erase(session);
}

size_t Client::want(SessionId id, std::span<const Cid> cids, int64_t now_ns) {
    const auto found = sessions_.find(id);
    if (found == sessions_.end()) return cids.size();
    Session& session = found->second;
    size_t left_out_count = 0;
    for (const Cid& cid : cids) {
        if (session.wants.contains(cid)) continue;
        if (session.wants.size() >= limits::session_wants_count_max) {
            ++left_out_count;
            continue;
        }
        if (session.first.empty()) session.first = cid;
        session.wants.insert(cid);
        const auto [entry, is_new] = wants_.try_emplace(cid);
        Want& want = entry->second;
        if (is_new) want.order = ++last_order_;
        want.sessions.push_back(id);
        session.unassigned.emplace(want.order, cid);
    }
    last_tick_ns_ = std::max(last_tick_ns_, now_ns - tick_ns);
    return left_out_count;
}

void Client::cancel(SessionId session, std::span<const Cid> cids) {
    for (const Cid& cid : cids) drop_want(session, cid);
}

void Client::drop_want(SessionId id, const Cid& cid) {
    const auto session = sessions_.find(id);
    const auto found = wants_.find(cid);
    if (session == sessions_.end() || found == wants_.end()) return;
    if (session->second.wants.erase(cid) == 0) return;
    session->second.unassigned.erase(found->second.order);
    session->second.starved.erase(found->second.order);
    std::erase(found->second.sessions, id);
    if (found->second.sessions.empty()) forget(cid, 0, last_tick_ns_);
}

// Nothing is awaited under `asked` any more.
void Client::release(Peer& peer, Want& want, Asked& asked) {
    if (!asked.is_block_pending()) return;
    ASSERT(peer.pending_count > 0 && want.pending_blocks > 0);
    peer.pending_bytes -= asked.expected_bytes;
    --peer.pending_count;
    --want.pending_blocks;
}

// It stands on the peer's list no more.
void Client::take_off(Peer& peer, Asked& asked) {
    if (std::exchange(asked.stands, false)) --peer.standing_count;
}

// The want is over: whoever was asked and would still send it is told. `sender` needs no telling.
void Client::forget(const Cid& cid, PeerNumber sender, int64_t now_ns) {
    const auto found = wants_.find(cid);
    ASSERT(found != wants_.end());
    Want& want = found->second;
    SessionId last_session = want.sessions.empty() ? 0 : want.sessions.back();
    for (const SessionId id : want.sessions) {
        Session& session = sessions_.at(id);
        session.wants.erase(cid);
        session.unassigned.erase(want.order);
        session.starved.erase(want.order);
    }
    for (const PeerNumber number : want.asked_peers) {
        Peer& peer = peers_.at(number);
        const auto asked = peer.asked.find(cid);
        ASSERT(asked != peer.asked.end());
        if (number != sender && asked->second.stands) {
            peer.outbox.push_back({cid, 0, true, WantType::block, false});
        }
        take_off(peer, asked->second);
        release(peer, want, asked->second);
        peer.asked.erase(asked);
    }
    remember(cid, last_session, now_ns);
    wants_.erase(found);
}

void Client::remember(const Cid& cid, SessionId session, int64_t now_ns) {
    const int64_t until_ns = now_ns + limits::recent_wants_ns;
    recent_[cid] = {session, until_ns};
    recent_order_.emplace_back(until_ns, cid);
    while (recent_order_.size() > limits::recent_wants_count_max) {
        expire_recent(recent_order_.front().first);
    }
}

void Client::expire_recent(int64_t now_ns) {
    while (!recent_order_.empty() && recent_order_.front().first <= now_ns) {
        const auto found = recent_.find(recent_order_.front().second);
        if (found != recent_.end() && found->second.until_ns <= recent_order_.front().first) {
            recent_.erase(found);
        }
        recent_order_.pop_front();
    }
}

void Client::on_presences(PeerNumber number, std::span<const Presence> presences, int64_t now_ns) {
    Peer& peer = peers_.at(number);
    for (const Presence& presence : presences) {
        const auto found = wants_.find(presence.cid);
        if (found == wants_.end()) {
            // The block was faster by another way; the peer still is one to ask.
            const auto recent = recent_.find(presence.cid);
            if (presence.is_held && recent != recent_.end()) join(recent->second.session, number);
            continue;
        }
        const auto asked = peer.asked.find(presence.cid);
        if (asked == peer.asked.end()) continue;
        if (asked->second.was_alone || asked->second.type == WantType::have) {
            peer.pace.on_answer(now_ns - asked->second.asked_ns);
        }
        if (presence.is_held) {
            // A promise is no progress: a peer that only promises stays suspended.
            if (asked->second.type == WantType::have) {
                asked->second.state = Asked::State::has;
                take_off(peer, asked->second);  // A want-have ends with its HAVE.
            }
            for (const SessionId id : std::vector(found->second.sessions)) join(id, number);
            if (found->second.pending_blocks == 0) requeue(presence.cid, found->second);
            continue;
        }
        release(peer, found->second, asked->second);
        asked->second.state = Asked::State::has_not;
        // The peer would send it once it gets it. That is welcome, while its list has room.
        if (2 * peer.standing_count > limits::peer_asked_count_max) {
            peer.outbox.push_back({presence.cid, 0, true, WantType::block, false});
            take_off(peer, asked->second);
        }
        on_miss(number, found->second, presence.cid, now_ns);
    }
}

void Client::on_miss(PeerNumber number, Want& want, const Cid& cid, int64_t now_ns) {
    for (const SessionId id : want.sessions) {
        Session& session = sessions_.at(id);
        const auto peer = std::ranges::find(session.peers, number, &SessionPeer::number);
        if (peer != session.peers.end() && ++peer->misses_in_a_row >= misses_in_a_row_max) {
            session.peers.erase(peer);
        }
        // Nobody else is left to wait for: the search need not wait either.
        if (is_hopeless(cid, want) && session.search_count == 0 &&
            session.starved.contains(want.order)) {
            session.next_search_ns = now_ns;
        }
    }
    if (want.pending_blocks == 0) {
        for (const SessionId id : want.sessions) {
            if (!sessions_.at(id).starved.contains(want.order)) {
                sessions_.at(id).unassigned.emplace(want.order, cid);
            }
        }
    }
}

Client::Use Client::on_block(PeerNumber number, const Cid& cid, size_t size_bytes, int64_t now_ns) {
    Peer& peer = peers_.at(number);
    const auto found = wants_.find(cid);
    if (found == wants_.end()) {
        const auto recent = recent_.find(cid);
        if (recent == recent_.end()) return Use::unwanted;
        join(recent->second.session, number);
        peer.pace.on_bytes(size_bytes, now_ns);
        return Use::duplicate;
    }
    const auto asked = peer.asked.find(cid);
    if (asked != peer.asked.end() && asked->second.was_alone) {
        peer.pace.on_answer(now_ns - asked->second.asked_ns);
    }
    peer.pace.on_bytes(size_bytes, now_ns);
    peer.late_in_a_row = 0;
    peer.suspension_count = 0;
    peer.suspended_until_ns = std::min(peer.suspended_until_ns, now_ns);  // Ends at the next tick.
    peer.useful_bytes += static_cast<int64_t>(size_bytes);
    for (const SessionId id : std::vector(found->second.sessions)) {
        join(id, number);
        Session& session = sessions_.at(id);
        session.block_size_bytes +=
            (static_cast<double>(size_bytes) - session.block_size_bytes) / 8;
        session.search_interval_ns = 0;
        session.next_search_ns = 0;
        session.search_count = 0;
    }
    forget(cid, number, now_ns);
    return Use::wanted;
}

void Client::on_held(const Cid& cid, int64_t now_ns) {
    if (wants_.contains(cid)) forget(cid, 0, now_ns);
}

void Client::on_timer(int64_t now_ns) {
    expire_recent(now_ns);
    if (wants_.empty() || now_ns < last_tick_ns_ + tick_ns) return;
    last_tick_ns_ = now_ns;
    std::vector<Cid> late;
    for (auto& [number, peer] : peers_) {
        late.clear();
        for (const auto& [cid, asked] : peer.asked) {
            if (asked.state == Asked::State::pending && asked.due_ns <= now_ns) late.push_back(cid);
        }
        std::ranges::sort(late, {}, [&](const Cid& cid) { return wants_.at(cid).order; });
        for (const Cid& cid : late) on_late(number, peer, cid, now_ns);
        if (peer.suspended_until_ns != 0 && peer.suspended_until_ns <= now_ns) {
            peer.suspended_until_ns = 0;
            for (auto& [id, session] : sessions_) {
                if (std::ranges::count(session.peers, number, &SessionPeer::number) > 0) {
                    revive(session, number);
                }
            }
        }
    }
    if (now_ns >= next_round_ns_) {
        next_round_ns_ = now_ns + round_ns;
        ++round_;
    }
}

void Client::on_late(PeerNumber number, Peer& peer, const Cid& cid, int64_t now_ns) {
    Asked& asked = peer.asked.at(cid);
    Want& want = wants_.at(cid);
    if (asked.type == WantType::have) {
        asked.state = Asked::State::late;
        on_miss(number, want, cid, now_ns);
        return;
    }
    // A peer that sends other blocks meanwhile is slow, and not silent.
    if (!asked.was_extended && peer.pace.last_progress_ns() > asked.asked_ns) {
        asked.was_extended = true;
        asked.due_ns = now_ns + (asked.due_ns - asked.asked_ns);
        return;
    }
    release(peer, want, asked);
    asked.state = Asked::State::late;
    if (++peer.late_in_a_row >= late_in_a_row_max &&
        peer.pace.last_progress_ns() < asked.asked_ns && peer.suspended_until_ns <= now_ns) {
        const uint32_t doublings = std::min(peer.suspension_count++, suspension_doublings_max);
        peer.suspended_until_ns = now_ns + (suspension_ns << doublings);
    }
    if (want.pending_blocks == 0) requeue(cid, want);
}

std::vector<WantEntry> Client::take_entries(PeerNumber number) {
    std::vector<WantEntry>& outbox = peers_.at(number).outbox;
    if (outbox.size() <= entries_count_max) return std::exchange(outbox, {});
    const auto end = outbox.begin() + entries_count_max;
    std::vector<WantEntry> entries(std::make_move_iterator(outbox.begin()),
                                   std::make_move_iterator(end));
    outbox.erase(outbox.begin(), end);
    return entries;
}

std::optional<int64_t> Client::next_timer_ns() const {
    if (!wants_.empty()) return last_tick_ns_ + tick_ns;
    if (!recent_order_.empty()) return recent_order_.front().first;
    return std::nullopt;
}

std::vector<Cid> Client::wants() const {
    std::map<uint64_t, Cid> ordered;
    for (const auto& [cid, want] : wants_) ordered.emplace(want.order, cid);
    std::vector<Cid> cids;
    cids.reserve(ordered.size());
    for (auto& [order, cid] : ordered) cids.push_back(std::move(cid));
    return cids;
}

size_t Client::kept_count() const {
    size_t count = peers_.size() + sessions_.size() + wants_.size() + recent_.size() +
                   recent_order_.size() + searches_.size();
    for (const auto& [number, peer] : peers_) count += peer.asked.size() + peer.outbox.size();
    for (const auto& [id, session] : sessions_) {
        count += session.wants.size() + session.unassigned.size() + session.starved.size() +
                 session.peers.size();
    }
    return count;
}

}  // namespace kit::exchange::bitswap
