#include "p2p/peer_store.h"

#include <algorithm>

namespace kit::p2p {
namespace {

bool is_direct(const Multiaddr& address) {
    return !address.find(formats::Protocol::p2p_circuit).has_value();
}

}  // namespace

KnownPeer& PeerStore::find_or_make(const PeerId& peer) {
    const auto found = peers_.find(peer);
    if (found != peers_.end()) return found->second;
    if (peers_.size() >= peers_count_max) {
        auto oldest = peers_.end();
        for (auto one = peers_.begin(); one != peers_.end(); ++one) {
            if (one->second.is_connected) continue;
            if (oldest == peers_.end() ||
                one->second.last_seen_unix_ns < oldest->second.last_seen_unix_ns) {
                oldest = one;
            }
        }
        if (oldest != peers_.end()) peers_.erase(oldest);
    }
    return peers_.emplace(peer, KnownPeer{.peer = peer, .addresses = {}}).first->second;
}

void PeerStore::add_addresses(KnownPeer& known, const std::vector<Multiaddr>& addresses) {
    for (const Multiaddr& address : addresses) {
        if (known.addresses.size() >= addresses_count_max) return;
        if (address.empty() ||
            std::ranges::find(known.addresses, address) != known.addresses.end()) {
            continue;
        }
        known.addresses.push_back(address);
    }
}

void PeerStore::on_event(const Event& event) {
    const std::scoped_lock lock(mutex_);
    if (const auto* connected = std::get_if<PeerConnected>(&event)) {
        KnownPeer& known = find_or_make(connected->peer);
        known.is_connected = true;
        known.last_seen_unix_ns = clock_.unix_ns();
        // Where somebody comes from is not where he listens.
        if (connected->direction == Direction::outbound) add_addresses(known, {connected->address});
    } else if (const auto* gone = std::get_if<PeerDisconnected>(&event)) {
        const auto found = peers_.find(gone->peer);
        if (found == peers_.end()) return;
        found->second.is_connected = false;
        found->second.last_seen_unix_ns = clock_.unix_ns();
    } else if (const auto* identified = std::get_if<PeerIdentified>(&event)) {
        KnownPeer& known = find_or_make(identified->peer);
        known.agent = identified->agent;
        known.protocol_version = identified->protocol_version;
        known.protocols = identified->protocols;
        known.public_key = identified->public_key;
        // What it says now stands before what was known.
        std::vector<Multiaddr> before = std::move(known.addresses);
        known.addresses.clear();
        add_addresses(known, identified->addresses);
        add_addresses(known, before);
    } else if (const auto* found = std::get_if<PeerDiscovered>(&event)) {
        add_addresses(find_or_make(found->peer), {found->address});
    }
}

void PeerStore::add(const PeerAddress& peer) {
    const std::scoped_lock lock(mutex_);
    add_addresses(find_or_make(peer.peer), peer.addresses);
}

std::optional<KnownPeer> PeerStore::find(const PeerId& peer) const {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return std::nullopt;
    return found->second;
}

std::vector<Multiaddr> PeerStore::addresses(const PeerId& peer) const {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    return found == peers_.end() ? std::vector<Multiaddr>() : found->second.addresses;
}

std::vector<KnownPeer> PeerStore::all() const {
    const std::scoped_lock lock(mutex_);
    std::vector<KnownPeer> known;
    known.reserve(peers_.size());
    for (const auto& [id, peer] : peers_) known.push_back(peer);
    return known;
}

std::vector<PeerAddress> PeerStore::recent(size_t count_max) const {
    std::vector<KnownPeer> known = all();
    std::erase_if(known, [](const KnownPeer& peer) {
        return peer.last_seen_unix_ns == 0 || std::ranges::none_of(peer.addresses, is_direct);
    });
    std::ranges::sort(known, [](const KnownPeer& a, const KnownPeer& b) {
        if (a.last_seen_unix_ns != b.last_seen_unix_ns) {
            return a.last_seen_unix_ns > b.last_seen_unix_ns;
        }
        return std::ranges::lexicographical_compare(a.peer.bytes(), b.peer.bytes());
    });
    std::vector<PeerAddress> chosen;
    for (KnownPeer& peer : std::span(known).first(std::min(count_max, known.size()))) {
        chosen.push_back({std::move(peer.peer), std::move(peer.addresses)});
    }
    return chosen;
}

void PeerStore::restore(const std::vector<KnownPeer>& peers) {
    const std::scoped_lock lock(mutex_);
    for (const KnownPeer& peer : peers) {
        if (peers_.size() >= peers_count_max) return;
        KnownPeer& known = find_or_make(peer.peer);
        add_addresses(known, peer.addresses);
        known.last_seen_unix_ns = std::max(known.last_seen_unix_ns, peer.last_seen_unix_ns);
    }
}

}  // namespace kit::p2p
