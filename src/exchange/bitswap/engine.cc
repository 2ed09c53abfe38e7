#include "exchange/bitswap/engine.h"

#include <algorithm>
#include <utility>

#include "exchange/limits.h"

namespace kit::exchange::bitswap {

Engine::Peer* Engine::find(const PeerId& peer, PeerNumber& number) {
    const auto found = numbers_.find(peer);
    if (found == numbers_.end()) return nullptr;
    number = found->second;
    return &peers_.at(number);
}

void Engine::on_connected(const PeerId& id, Version version, int64_t now_ns) {
    if (numbers_.contains(id)) return;
    const auto dropped = dropped_until_ns_.find(id);
    if (dropped != dropped_until_ns_.end()) {
        if (now_ns < dropped->second) {
            drops_.push_back({id, "was dropped a short while ago"});
            return;
        }
        dropped_until_ns_.erase(dropped);
        std::erase(dropped_order_, id);
    }
    const PeerNumber number = ++last_number_;
    Peer peer{id, version, {}};
    const auto known = remembered_.find(id);
    if (known != remembered_.end()) {
        peer.ledger = known->second;
        remembered_.erase(known);
        std::erase(remembered_order_, id);
    }
    peer.served = served_floor_;
    numbers_.emplace(id, number);
    peers_.emplace(number, std::move(peer));
    server_.add_peer(number, version);
    client_.add_peer(number, version, now_ns);
}

void Engine::on_disconnected(const PeerId& id) {
    PeerNumber number = 0;
    const Peer* peer = find(id, number);
    if (peer == nullptr) return;
    unsent_bytes_ -= peer->unsent_bytes;
    remember_ledger(*peer);
    server_.remove_peer(number);
    client_.remove_peer(number);
    numbers_.erase(id);
    peers_.erase(number);
}

void Engine::remember_ledger(const Peer& peer) {
    if (peer.ledger.exchange_count == 0) return;
    remembered_.insert_or_assign(peer.id, peer.ledger);
    remembered_order_.push_back(peer.id);
    if (remembered_order_.size() > limits::remembered_ledgers_count_max) {
        remembered_.erase(remembered_order_.front());
        remembered_order_.pop_front();
    }
}

void Engine::drop(const PeerId& id, std::string reason, int64_t now_ns) {
    ++statistics_.peers_dropped;
    on_disconnected(id);
    drops_.push_back({id, std::move(reason)});
    if (!dropped_until_ns_.contains(id)) dropped_order_.push_back(id);
    dropped_until_ns_.insert_or_assign(id, now_ns + limits::dropped_peers_ns);
    if (dropped_order_.size() > limits::dropped_peers_count_max) {
        dropped_until_ns_.erase(dropped_order_.front());
        dropped_order_.pop_front();
    }
}

void Engine::on_message(const PeerId& id, const Message& message, int64_t now_ns) {
    PeerNumber number = 0;
    if (find(id, number) == nullptr) return;
    ++statistics_.messages_received;
    if (message.is_full || !message.wants.empty()) {
        server_.on_wants(number, message.is_full, message.wants);
    }
    client_.on_presences(number, message.presences, now_ns);
}

bool Engine::on_block(const PeerId& id, const Cid& cid, size_t size_bytes, int64_t now_ns) {
    PeerNumber number = 0;
    Peer* peer = find(id, number);
    // The peer may be gone by the time that its block is verified; the block is as good.
    if (peer == nullptr) {
        const bool is_wanted = client_.is_wanted(cid);
        client_.on_held(cid, now_ns);
        return is_wanted;
    }
    ++statistics_.blocks_received;
    statistics_.bytes_received += size_bytes;
    peer->ledger.bytes_received += size_bytes;
    ++peer->ledger.exchange_count;
    const Client::Use use = client_.on_block(number, cid, size_bytes, now_ns);
    if (use == Client::Use::wanted) {
        peer->useful_bytes += size_bytes;
        return true;
    }
    if (use == Client::Use::duplicate) {
        ++statistics_.duplicate_blocks_received;
        statistics_.duplicate_bytes_received += size_bytes;
        peer->duplicate_bytes += size_bytes;
        if (peer->duplicate_bytes > limits::duplicate_bytes_max + 4 * peer->useful_bytes) {
            drop(id, "sends again and again what it has sent", now_ns);
        }
        return false;
    }
    ++statistics_.unwanted_blocks_received;
    if (++peer->unwanted_count > limits::unwanted_blocks_count_max) {
        drop(id, "sends blocks that nobody asked for, last " + cid.to_text(), now_ns);
    }
    return false;
}

void Engine::on_garbage(const PeerId& id, const std::string& reason, int64_t now_ns) {
    drop(id, reason, now_ns);
}

void Engine::on_held(const Cid& cid, uint64_t size_bytes, int64_t now_ns) {
    client_.on_held(cid, now_ns);
    server_.on_held(cid, size_bytes);
}

void Engine::on_unsent(const PeerId& id, size_t unsent_bytes, int64_t now_ns) {
    PeerNumber number = 0;
    Peer* peer = find(id, number);
    if (peer == nullptr) return;
    if (unsent_bytes < peer->unsent_bytes) measure_line(peer->unsent_bytes - unsent_bytes, now_ns);
    unsent_bytes_ += unsent_bytes - peer->unsent_bytes;
    peer->unsent_bytes = unsent_bytes;
}

// Half a second of what the lines have just carried may wait.
void Engine::measure_line(size_t sent_bytes, int64_t now_ns) {
    constexpr int64_t measuring_ns = 100'000'000;
    constexpr int64_t pause_ns = 1'000'000'000;
    measured_bytes_ += sent_bytes;
    const int64_t passed_ns = now_ns - measured_since_ns_;
    if (passed_ns < measuring_ns) return;
    // After a pause the time says nothing about the line.
    if (passed_ns < pause_ns) {
        const double half_second =
            static_cast<double>(measured_bytes_) * 0.5e9 / static_cast<double>(passed_ns);
        unsent_bytes_max_ = std::clamp(static_cast<size_t>(half_second),
                                       limits::all_unsent_bytes_min, limits::all_unsent_bytes_max);
    }
    measured_since_ns_ = now_ns;
    measured_bytes_ = 0;
}

void Engine::on_timer(int64_t now_ns) {
    client_.on_timer(now_ns);
}

std::optional<PeerNumber> Engine::next_served() const {
    if (unsent_bytes_ >= unsent_bytes_max_) return std::nullopt;
    std::optional<PeerNumber> next;
    double least = 0;
    for (const auto& [number, peer] : peers_) {
        if (!server_.has_blocks(number) || peer.unsent_bytes >= limits::peer_unsent_bytes_max) {
            continue;
        }
        if (next && peer.served >= least) continue;
        next = number;
        least = peer.served;
    }
    return next;
}

std::optional<Outgoing> Engine::next_message() {
    // What we want and what we answer is small and goes first; blocks are in messages of their own.
    for (auto& [number, peer] : peers_) {
        const bool asks = client_.has_entries(number);
        if (!asks && !server_.has_presences(number)) continue;
        Outgoing out{peer.id, peer.version, {}};
        if (asks) out.message.wants = client_.take_entries(number);
        server_.take_presences(number, out.message);
        return out;
    }
    while (const auto number = next_served()) {
        Peer& peer = peers_.at(*number);
        Outgoing out{peer.id, peer.version, {}};
        const Server::Taken taken = server_.take_blocks(*number, out.message);
        if (taken.count == 0) continue;
        // A peer that was idle has no claim on the time that it did not use.
        peer.served = std::max(peer.served, served_floor_);
        served_floor_ = peer.served;
        peer.served += static_cast<double>(taken.bytes) / peer.ledger.weight();
        peer.unsent_bytes += taken.bytes;
        unsent_bytes_ += taken.bytes;
        peer.ledger.bytes_sent += taken.bytes;
        peer.ledger.exchange_count += taken.count;
        statistics_.blocks_sent += taken.count;
        statistics_.bytes_sent += taken.bytes;
        return out;
    }
    return std::nullopt;
}

std::vector<PeerId> Engine::peers() const {
    std::vector<PeerId> all;
    all.reserve(peers_.size());
    for (const auto& [number, peer] : peers_) all.push_back(peer.id);
    return all;
}

std::vector<WantEntry> Engine::wants_of(const PeerId& peer) const {
    const auto found = numbers_.find(peer);
    return found == numbers_.end() ? std::vector<WantEntry>() : server_.wants_of(found->second);
}

std::optional<Ledger> Engine::find_ledger(const PeerId& peer) const {
    const auto found = numbers_.find(peer);
    if (found != numbers_.end()) return peers_.at(found->second).ledger;
    const auto remembered = remembered_.find(peer);
    if (remembered != remembered_.end()) return remembered->second;
    return std::nullopt;
}

size_t Engine::kept_count() const {
    return server_.kept_count() + client_.kept_count() + numbers_.size() + peers_.size() +
           drops_.size();
}

}  // namespace kit::exchange::bitswap
