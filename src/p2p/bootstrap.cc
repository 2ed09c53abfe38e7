#include "p2p/bootstrap.h"

#include <algorithm>
#include <utility>

namespace kit::p2p {

Result<std::vector<PeerAddress>> peers_of_texts(const std::vector<std::string>& texts) {
    std::vector<PeerAddress> peers;
    for (const std::string& text : texts) {
        const auto whole = TRY(Multiaddr::from_text(text));
        const auto parts = whole.parts();
        if (parts.empty() || parts.back().protocol != formats::Protocol::p2p) {
            return fail(Code::invalid_argument, "{} does not end in the id of a peer: /p2p/...",
                        text);
        }
        const std::string id = parts.back().value_text();
        const PeerId peer = TRY(PeerId::from_text(id));
        const auto tail = TRY(Multiaddr::from_text("/p2p/" + id));
        const Multiaddr address = parts.size() == 1 ? Multiaddr() : whole.decapsulate(tail);
        auto known = std::ranges::find(peers, peer, &PeerAddress::peer);
        if (known == peers.end()) known = peers.insert(peers.end(), PeerAddress{peer, {}});
        if (!address.empty()) known->addresses.push_back(address);
    }
    return peers;
}

void Bootstrap::set_peers(std::vector<PeerAddress> peers) {
    {
        const std::scoped_lock lock(mutex_);
        peers_ = std::move(peers);
        candidates_.clear();
        next_round_ns_ = env_.clock.monotonic_ns();
    }
    host_.wake();
}

void Bootstrap::on_event(const Event& event) {
    {
        const std::scoped_lock lock(mutex_);
        if (const auto* connected = std::get_if<PeerConnected>(&event)) {
            connected_.insert(connected->peer);
            dialling_.erase(connected->peer);
            return;
        }
        if (const auto* gone = std::get_if<PeerDisconnected>(&event)) {
            connected_.erase(gone->peer);
            return;
        }
        const auto* failed = std::get_if<DialFailed>(&event);
        if (failed == nullptr || dialling_.erase(failed->peer) == 0) return;
    }
    go_on();
}

void Bootstrap::shuffle(std::vector<PeerAddress>& peers) {
    for (size_t left = peers.size(); left > 1; --left) {
        std::swap(peers[left - 1], peers[env_.random.next() % left]);
    }
}

void Bootstrap::on_timer() {
    {
        const std::scoped_lock lock(mutex_);
        const int64_t now_ns = env_.clock.monotonic_ns();
        if (now_ns < next_round_ns_) return;
        next_round_ns_ = now_ns + settings_.period.count();
        candidates_.clear();
        dialling_.clear();
        if (peers_.empty() || connected_.size() >= settings_.connections_min) return;
        std::vector<PeerAddress> first = peers_;
        shuffle(first);
        std::vector<PeerAddress> backups = known_.recent(settings_.backups_count_max);
        shuffle(backups);
        candidates_.assign(first.begin(), first.end());
        for (PeerAddress& backup : backups) {
            if (std::ranges::find(peers_, backup.peer, &PeerAddress::peer) == peers_.end()) {
                candidates_.push_back(std::move(backup));
            }
        }
    }
    go_on();
}

std::vector<PeerAddress> Bootstrap::take_next() {
    std::vector<PeerAddress> next;
    while (!candidates_.empty() &&
           connected_.size() + dialling_.size() < settings_.connections_min) {
        PeerAddress peer = std::move(candidates_.front());
        candidates_.pop_front();
        if (peer.peer == host_.id() || connected_.contains(peer.peer)) continue;
        dialling_.insert(peer.peer);
        next.push_back(std::move(peer));
    }
    return next;
}

void Bootstrap::go_on() {
    for (;;) {
        std::vector<PeerAddress> next;
        {
            const std::scoped_lock lock(mutex_);
            next = take_next();
        }
        if (next.empty()) return;
        for (const PeerAddress& peer : next) {
            if (host_.dial(peer)) continue;
            const std::scoped_lock lock(mutex_);
            dialling_.erase(peer.peer);
        }
    }
}

int64_t Bootstrap::next_timer_ns() const {
    const std::scoped_lock lock(mutex_);
    return next_round_ns_;
}

}  // namespace kit::p2p
