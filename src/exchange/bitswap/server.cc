#include "exchange/bitswap/server.h"

#include <algorithm>
#include <optional>

#include "exchange/limits.h"

namespace kit::exchange::bitswap {

void Server::add_peer(PeerNumber number, Version version) {
    peers_[number].version = version;
}

void Server::remove_peer(PeerNumber number) {
    const auto found = peers_.find(number);
    if (found == peers_.end()) return;
    remove_all_wants(number, found->second);
    peers_.erase(found);
}

void Server::remove_all_wants(PeerNumber number, Peer& peer) {
    while (!peer.wants.empty()) remove_want(number, peer, Cid(peer.wants.begin()->first));
    ASSERT(peer.queue.empty() && peer.waiting.empty() && peer.queued_bytes == 0);
}

void Server::remove_want(PeerNumber number, Peer& peer, const Cid& cid) {
    const auto found = peer.wants.find(cid);
    if (found == peer.wants.end()) return;
    const Want& want = found->second;
    if (want.is_queued) {
        peer.queue.erase(want.place);
        peer.queued_bytes -= want.size_bytes;
    } else {
        peer.waiting.erase(want.place.second);
        const auto waiting = waiting_.find(cid);
        ASSERT(waiting != waiting_.end());
        std::erase(waiting->second, number);
        if (waiting->second.empty()) waiting_.erase(waiting);
    }
    peer.wants.erase(found);
}

void Server::on_wants(PeerNumber number, bool is_full, const std::vector<WantEntry>& entries) {
    Peer& peer = peers_.at(number);
    if (is_full) remove_all_wants(number, peer);
    for (const WantEntry& entry : entries) {
        // Its content is the CID itself; boxo passes over it as well.
        if (entry.cid.hash().is_identity()) continue;
        if (entry.is_cancel) {
            remove_want(number, peer, entry.cid);
        } else {
            add_want(number, peer, entry);
        }
    }
}

void Server::add_want(PeerNumber number, Peer& peer, const WantEntry& entry) {
    WantEntry wanted = entry;
    const auto known = peer.wants.find(entry.cid);
    if (known != peer.wants.end()) {
        // Once a block is wanted, asking whether it is here does not take that back.
        if (known->second.entry.type == WantType::block) wanted.type = WantType::block;
        remove_want(number, peer, entry.cid);
    }
    const auto size = source_.find_size(entry.cid);
    const bool is_held = size && *size && **size <= limits::block_size_bytes_max;
    if (is_held && wanted.type == WantType::have && **size > limits::have_as_block_size_bytes_max) {
        answer(peer, wanted.cid, true);
        return;
    }
    if (!is_held && wanted.wants_dont_have) answer(peer, wanted.cid, false);
    if (peer.wants.size() >= limits::peer_wants_count_max &&
        !(is_held && make_room(number, peer))) {
        return;
    }
    if (is_held) {
        enqueue(peer, wanted, **size);
    } else {
        wait_for(number, peer, wanted);
    }
}

// What is here goes before what is not: the oldest want that waits gives way.
bool Server::make_room(PeerNumber number, Peer& peer) {
    if (peer.waiting.empty()) return false;
    remove_want(number, peer, Cid(peer.waiting.begin()->second));
    return true;
}

void Server::enqueue(Peer& peer, const WantEntry& entry, uint64_t size_bytes) {
    const Place place{-int64_t{entry.priority}, ++last_order_};
    peer.queue.emplace(place, entry.cid);
    peer.queued_bytes += size_bytes;
    peer.wants.insert_or_assign(entry.cid, Want{entry, place, true, size_bytes});
}

void Server::wait_for(PeerNumber number, Peer& peer, const WantEntry& entry) {
    const Place place{-int64_t{entry.priority}, ++last_order_};
    peer.waiting.emplace(place.second, entry.cid);
    waiting_[entry.cid].push_back(number);
    peer.wants.insert_or_assign(entry.cid, Want{entry, place, false, 0});
}

void Server::answer(Peer& peer, const Cid& cid, bool is_held) {
    if (peer.version != Version::v1_2_0) return;
    // A peer that asks and does not read gets no more answers until it does.
    if (peer.presences.size() >= limits::peer_presences_count_max) return;
    peer.presences.push_back({cid, is_held});
}

void Server::on_held(const Cid& cid, uint64_t size_bytes) {
    const auto found = waiting_.find(cid);
    if (found == waiting_.end() || size_bytes > limits::block_size_bytes_max) return;
    const std::vector<PeerNumber> numbers = found->second;
    for (const PeerNumber number : numbers) {
        Peer& peer = peers_.at(number);
        const WantEntry entry = peer.wants.at(cid).entry;
        remove_want(number, peer, cid);
        if (entry.type == WantType::block || size_bytes <= limits::have_as_block_size_bytes_max) {
            enqueue(peer, entry, size_bytes);
        } else {
            answer(peer, cid, true);
        }
    }
}

void Server::take_presences(PeerNumber number, Message& message) {
    message.presences = std::exchange(peers_.at(number).presences, {});
}

Server::Taken Server::take_blocks(PeerNumber number, Message& message) {
    Peer& peer = peers_.at(number);
    Taken taken;
    while (!peer.queue.empty()) {
        const Want& next = peer.wants.at(peer.queue.begin()->second);
        if (taken.count > 0 && taken.bytes + next.size_bytes > limits::message_size_bytes_target) {
            break;
        }
        const WantEntry entry = next.entry;
        remove_want(number, peer, entry.cid);
        auto body = source_.find(entry.cid);
        if (!body || !*body || (*body)->size() > limits::block_size_bytes_max) {
            // It went since it was asked for.
            if (entry.wants_dont_have) answer(peer, entry.cid, false);
            wait_for(number, peer, entry);
            continue;
        }
        ++taken.count;
        taken.bytes += (*body)->size();
        message.blocks.push_back({BlockPrefix::of(entry.cid), **std::move(body)});
        // Empty blocks cost an item each, whatever their size.
        if (message.blocks.size() >= limits::peer_wants_count_max) break;
    }
    message.pending_bytes = static_cast<int32_t>(std::min<uint64_t>(peer.queued_bytes, INT32_MAX));
    return taken;
}

std::vector<WantEntry> Server::wants_of(PeerNumber number) const {
    std::vector<std::pair<Place, WantEntry>> all;
    const auto found = peers_.find(number);
    if (found == peers_.end()) return {};
    for (const auto& [cid, want] : found->second.wants) all.emplace_back(want.place, want.entry);
    std::ranges::sort(all, {}, [](const auto& one) { return one.first; });
    std::vector<WantEntry> entries;
    entries.reserve(all.size());
    for (auto& [place, entry] : all) entries.push_back(std::move(entry));
    return entries;
}

size_t Server::kept_count() const {
    size_t count = peers_.size() + waiting_.size();
    for (const auto& [number, peer] : peers_) {
        count += peer.wants.size() + peer.queue.size() + peer.waiting.size();
        count += peer.presences.size();
    }
    return count;
}

}  // namespace kit::exchange::bitswap
