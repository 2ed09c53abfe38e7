#include "p2p/connection_manager.h"

#include <algorithm>

namespace kit::p2p {
namespace {

// Peers with tags or protections that are not connected.
constexpr size_t peers_count_max = 65'536;

}  // namespace

int64_t ConnectionManager::Peer::value() const {
    int64_t sum = 0;
    for (const auto& [tag, value] : tags) sum += value;
    return sum;
}

ConnectionManager::Peer* ConnectionManager::find_or_make(const PeerId& peer) {
    if (const auto found = peers_.find(peer); found != peers_.end()) return &found->second;
    if (peers_.size() >= peers_count_max) return nullptr;
    return &peers_[peer];
}

void ConnectionManager::forget_if_nothing(const PeerId& peer) {
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    const Peer& known = found->second;
    if (!known.is_connected() && known.tags.empty() && known.protections.empty()) {
        peers_.erase(found);
    }
}

void ConnectionManager::on_event(const Event& event) {
    if (const auto* connected = std::get_if<PeerConnected>(&event)) {
        const std::scoped_lock lock(mutex_);
        // A connected peer is never forgotten: their number is the host's bound.
        Peer& peer = peers_[connected->peer];
        if (!peer.is_connected()) ++connected_count_;
        peer.connected_ns = clock_.monotonic_ns();
    } else if (const auto* gone = std::get_if<PeerDisconnected>(&event)) {
        const std::scoped_lock lock(mutex_);
        const auto found = peers_.find(gone->peer);
        if (found == peers_.end() || !found->second.is_connected()) return;
        found->second.connected_ns = -1;
        --connected_count_;
        forget_if_nothing(gone->peer);
    }
}

// The first moment at which somebody may be let go.
int64_t ConnectionManager::due_ns() const {
    if (!marks_.is_enabled || connected_count_ <= marks_.high_water) return INT64_MAX;
    int64_t first_ns = INT64_MAX;
    for (const auto& [id, peer] : peers_) {
        if (!peer.is_connected() || !peer.protections.empty()) continue;
        first_ns = std::min(first_ns, peer.connected_ns + marks_.grace.count());
    }
    return first_ns == INT64_MAX ? INT64_MAX : std::max(first_ns, next_round_ns_);
}

int64_t ConnectionManager::next_timer_ns() const {
    const std::scoped_lock lock(mutex_);
    return due_ns();
}

// The least valuable first, and of those the one that came last: who has been here long knows more.
std::vector<PeerId> ConnectionManager::choose(int64_t now_ns) const {
    struct Candidate {
        int64_t value;
        int64_t connected_ns;
        PeerId peer;
    };
    std::vector<Candidate> candidates;
    for (const auto& [id, peer] : peers_) {
        if (!peer.is_connected() || !peer.protections.empty()) continue;
        if (peer.connected_ns + marks_.grace.count() > now_ns) continue;
        candidates.push_back({peer.value(), peer.connected_ns, id});
    }
    std::ranges::sort(candidates, [](const Candidate& a, const Candidate& b) {
        if (a.value != b.value) return a.value < b.value;
        if (a.connected_ns != b.connected_ns) return a.connected_ns > b.connected_ns;
        return std::ranges::lexicographical_compare(a.peer.bytes(), b.peer.bytes());
    });
    const size_t surplus = connected_count_ - std::min(marks_.low_water, connected_count_);
    std::vector<PeerId> chosen;
    for (Candidate& candidate : std::span(candidates).first(std::min(surplus, candidates.size()))) {
        chosen.push_back(std::move(candidate.peer));
    }
    return chosen;
}

void ConnectionManager::on_timer() {
    std::vector<PeerId> chosen;
    {
        const std::scoped_lock lock(mutex_);
        const int64_t now_ns = clock_.monotonic_ns();
        if (due_ns() > now_ns) return;
        next_round_ns_ = now_ns + marks_.silence.count();
        chosen = choose(now_ns);
    }
    for (const PeerId& peer : chosen) host_.disconnect(peer);
}

void ConnectionManager::set_tag(const PeerId& peer, const std::string& tag, int value) {
    const std::scoped_lock lock(mutex_);
    if (Peer* known = find_or_make(peer)) known->tags[tag] = value;
}

void ConnectionManager::remove_tag(const PeerId& peer, const std::string& tag) {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    found->second.tags.erase(tag);
    forget_if_nothing(peer);
}

void ConnectionManager::protect(const PeerId& peer, const std::string& tag) {
    const std::scoped_lock lock(mutex_);
    if (Peer* known = find_or_make(peer)) known->protections.insert(tag);
}

void ConnectionManager::unprotect(const PeerId& peer, const std::string& tag) {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    if (found == peers_.end()) return;
    found->second.protections.erase(tag);
    forget_if_nothing(peer);
}

bool ConnectionManager::is_protected(const PeerId& peer) const {
    const std::scoped_lock lock(mutex_);
    const auto found = peers_.find(peer);
    return found != peers_.end() && !found->second.protections.empty();
}

size_t ConnectionManager::connected_count() const {
    const std::scoped_lock lock(mutex_);
    return connected_count_;
}

}  // namespace kit::p2p
