#include "p2p/peering.h"

#include <algorithm>

namespace kit::p2p {
namespace {

using std::chrono::nanoseconds;

constexpr int64_t delay_first_ns = nanoseconds(std::chrono::seconds(5)).count();
constexpr int64_t delay_max_ns = nanoseconds(std::chrono::minutes(10)).count();
constexpr const char* protection = "ipfs-peering";

}  // namespace

void Peering::back_off(Peer& peer) {
    const auto below = [&](int64_t bound) {
        return static_cast<int64_t>(env_.random.next() % static_cast<uint64_t>(bound));
    };
    if (peer.delay_ns < delay_max_ns) peer.delay_ns += peer.delay_ns / 2 + below(peer.delay_ns);
    if (peer.delay_ns > delay_max_ns) peer.delay_ns = delay_max_ns - below(delay_max_ns / 10);
    peer.due_ns = env_.clock.monotonic_ns() + peer.delay_ns;
}

void Peering::add(const PeerAddress& peer) {
    manager_.protect(peer.peer, protection);
    const std::vector<PeerId> connected = host_.connected_peers();
    const bool is_connected = std::ranges::find(connected, peer.peer) != connected.end();
    {
        const std::scoped_lock lock(mutex_);
        const int64_t due_ns = is_connected ? INT64_MAX : env_.clock.monotonic_ns();
        const auto [entry, is_new] =
            peers_.try_emplace(peer.peer, Peer{peer.addresses, due_ns, delay_first_ns});
        if (!is_new) entry->second.addresses = peer.addresses;
    }
    host_.wake();
}

bool Peering::remove(const PeerId& peer) {
    {
        const std::scoped_lock lock(mutex_);
        if (peers_.erase(peer) == 0) return false;
    }
    manager_.unprotect(peer, protection);
    return true;
}

std::vector<PeerAddress> Peering::list() const {
    const std::scoped_lock lock(mutex_);
    std::vector<PeerAddress> listed;
    for (const auto& [id, peer] : peers_) listed.push_back({id, peer.addresses});
    std::ranges::sort(listed, [](const PeerAddress& a, const PeerAddress& b) {
        return std::ranges::lexicographical_compare(a.peer.bytes(), b.peer.bytes());
    });
    return listed;
}

void Peering::on_event(const Event& event) {
    const std::scoped_lock lock(mutex_);
    if (const auto* connected = std::get_if<PeerConnected>(&event)) {
        const auto found = peers_.find(connected->peer);
        if (found == peers_.end()) return;
        found->second.due_ns = INT64_MAX;
        found->second.delay_ns = delay_first_ns;
        return;
    }
    const auto* gone = std::get_if<PeerDisconnected>(&event);
    const auto* failed = std::get_if<DialFailed>(&event);
    if (gone == nullptr && failed == nullptr) return;
    const auto found = peers_.find(gone != nullptr ? gone->peer : failed->peer);
    if (found != peers_.end()) back_off(found->second);
}

void Peering::on_timer() {
    std::vector<PeerAddress> due;
    {
        const std::scoped_lock lock(mutex_);
        const int64_t now_ns = env_.clock.monotonic_ns();
        for (auto& [id, peer] : peers_) {
            if (peer.due_ns > now_ns) continue;
            due.push_back({id, peer.addresses});
            // Unless an event says otherwise it is dialled again.
            back_off(peer);
        }
    }
    for (const PeerAddress& peer : due) {
        // What fails at once fails again when it is due.
        [[maybe_unused]] const auto dialled = host_.dial(peer);
    }
}

int64_t Peering::next_timer_ns() const {
    const std::scoped_lock lock(mutex_);
    int64_t first_ns = INT64_MAX;
    for (const auto& [id, peer] : peers_) first_ns = std::min(first_ns, peer.due_ns);
    return first_ns;
}

}  // namespace kit::p2p
