#include "p2p/simulated_host.h"

#include <algorithm>
#include <utility>

namespace kit::p2p {

SimulatedHost::SimulatedHost(SimulatedNetwork& network, uint32_t number, PeerId id)
    : network_(network),
      number_(number),
      id_(std::move(id)),
      events_(network.clock_, network.options_.events_count_max) {}

std::vector<Multiaddr> SimulatedHost::addresses() const {
    std::scoped_lock lock(network_.mutex_);
    return network_.address_of(number_).addresses;
}

Result<size_t> SimulatedHost::next_events(std::vector<Event>& out, size_t count_max,
                                          int64_t until_monotonic_ns) {
    return events_.take(out, count_max, until_monotonic_ns);
}

Result<void> SimulatedHost::dial(const PeerAddress& peer) {
    std::scoped_lock lock(network_.mutex_);
    network_.dial(number_, peer.peer);
    return {};
}

Result<void> SimulatedHost::connect(const PeerAddress& peer, std::chrono::milliseconds deadline) {
    const auto is_connected = [&] { return std::ranges::count(connected_peers(), peer.peer) > 0; };
    const int64_t until_ns =
        network_.now_ns() + std::chrono::duration_cast<std::chrono::nanoseconds>(deadline).count();
    TRY(dial(peer));
    while (!is_connected() && network_.deliver_next(until_ns)) {
    }
    if (is_connected()) return {};
    return fail(Code::timeout, "cannot reach {}: no answer to the dial", peer.peer.to_text());
}

void SimulatedHost::disconnect(const PeerId& peer) {
    std::scoped_lock lock(network_.mutex_);
    const auto known = network_.numbers_.find(peer);
    if (known != network_.numbers_.end()) network_.part(number_, known->second);
}

std::vector<PeerId> SimulatedHost::connected_peers() const {
    std::scoped_lock lock(network_.mutex_);
    std::vector<PeerId> peers;
    peers.reserve(peers_.size());
    for (const uint32_t peer : peers_) peers.push_back(network_.hosts_[peer]->id());
    return peers;
}

Result<void> SimulatedHost::serve_frames(std::vector<std::string> protocols,
                                         size_t size_bytes_max) {
    std::scoped_lock lock(network_.mutex_);
    for (std::string& protocol : protocols) {
        if (!frame_size_bytes_max_.emplace(protocol, size_bytes_max).second) {
            return fail(Code::already_exists, "{} is served already", protocol);
        }
        protocols_.push_back(std::move(protocol));
    }
    return {};
}

Result<void> SimulatedHost::send_frame(const PeerId& peer, std::span<const std::string> protocols,
                                       std::span<const SharedBytes> pieces) {
    std::scoped_lock lock(network_.mutex_);
    return network_.send(number_, peer, protocols, pieces);
}

size_t SimulatedHost::unsent_bytes(const PeerId& peer) const {
    std::scoped_lock lock(network_.mutex_);
    const auto known = network_.numbers_.find(peer);
    if (known == network_.numbers_.end()) return 0;
    const auto* connection = network_.find_connection(number_, known->second);
    return connection == nullptr ? 0 : connection->unsent_bytes[number_ < known->second ? 0 : 1];
}

Result<QueryId> SimulatedHost::find_providers(const Multihash& key, uint32_t count_max) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(number_, [this, key, count_max](QueryId query) -> Event {
        std::vector<uint32_t> holders;
        const auto known = network_.providers_.find(to_bytes(key.bytes()));
        if (known != network_.providers_.end()) {
            std::ranges::copy_if(known->second, std::back_inserter(holders), [&](uint32_t holder) {
                return holder != number_ && network_.can_reach(number_, holder);
            });
        }
        ProvidersFound found{query, {}, true, std::nullopt};
        while (!holders.empty() && found.providers.size() < count_max) {
            std::swap(holders[network_.random_.below(holders.size())], holders.back());
            found.providers.push_back(network_.address_of(holders.back()));
            holders.pop_back();
        }
        return found;
    });
}

Result<QueryId> SimulatedHost::find_peer(const PeerId& peer) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(number_, [this, peer](QueryId query) -> Event {
        PeersFound found{query, {}, true, std::nullopt};
        const auto known = network_.numbers_.find(peer);
        if (known != network_.numbers_.end() && network_.can_reach(number_, known->second)) {
            found.peers.push_back(network_.address_of(known->second));
        }
        return found;
    });
}

Result<QueryId> SimulatedHost::closest_peers(ByteView key) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(number_, [this, key = to_bytes(key)](QueryId query) -> Event {
        return PeersFound{query, network_.closest(number_, key), true, std::nullopt};
    });
}

Result<QueryId> SimulatedHost::provide(const Multihash& key) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(number_, [this, key](QueryId query) -> Event {
        const auto takers = network_.closest(number_, key.bytes());
        for (const PeerAddress& taker : takers) network_.record_provider(number_, taker.peer, key);
        // In a network of one's own the own table is all there is.
        if (takers.empty()) network_.record_provider(number_, id_, key);
        return Announced{query, static_cast<uint32_t>(takers.size()), std::nullopt};
    });
}

Result<QueryId> SimulatedHost::provide_at(const PeerAddress& peer,
                                          std::span<const Multihash> keys) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(
        number_,
        [this, to = peer.peer,
         all = std::vector(keys.begin(), keys.end())](QueryId query) -> Event {
            const auto known = network_.numbers_.find(to);
            if (known == network_.numbers_.end() || !network_.can_reach(number_, known->second)) {
                return Announced{query, 0,
                                 Error{Code::timeout,
                                       "cannot reach " + to.to_text() + ": no answer to the dial"}};
            }
            for (const Multihash& key : all) network_.record_provider(number_, to, key);
            return Announced{query, 1, std::nullopt};
        });
}

Result<QueryId> SimulatedHost::get_value(ByteView key) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(number_, [this, key = to_bytes(key)](QueryId query) -> Event {
        const auto& known = network_.values_[key];
        for (const Bytes& value : known) {
            network_.push(number_, ValueFound{query, value, false, std::nullopt});
        }
        if (known.empty()) network_.values_.erase(key);
        return ValueFound{query, std::nullopt, true, std::nullopt};
    });
}

Result<QueryId> SimulatedHost::put_value(ByteView key, ByteView value) {
    std::scoped_lock lock(network_.mutex_);
    return network_.search(
        number_, [this, key = to_bytes(key), value = to_bytes(value)](QueryId query) -> Event {
            network_.keep_value(key, value);
            const auto takers = network_.closest(number_, key).size();
            return Announced{query, static_cast<uint32_t>(takers), std::nullopt};
        });
}

void SimulatedHost::cancel(QueryId query) {
    std::scoped_lock lock(network_.mutex_);
    network_.queries_.erase(query);
}

Result<void> SimulatedHost::subscribe(const std::string& topic) {
    std::scoped_lock lock(network_.mutex_);
    topics_.insert(topic);
    return {};
}

Result<void> SimulatedHost::unsubscribe(const std::string& topic) {
    std::scoped_lock lock(network_.mutex_);
    topics_.erase(topic);
    return {};
}

Result<void> SimulatedHost::publish(const std::string& topic, ByteView data) {
    std::scoped_lock lock(network_.mutex_);
    for (const auto& other : network_.hosts_) {
        const uint32_t to = other->number_;
        const bool hears =
            other->topics_.contains(topic) && (to == number_ || network_.can_reach(number_, to));
        if (!hears) continue;
        MessageReceived message{id_, topic, to_bytes(data), {}};
        const uint64_t sequence = network_.last_number_ + 1;
        for (int shift = 56; shift >= 0; shift -= 8) {
            message.sequence.push_back(static_cast<uint8_t>(sequence >> shift));
        }
        network_.after(to == number_ ? 0 : network_.latency_ns(number_, to),
                       [this, to, message = std::move(message)] { network_.push(to, message); });
    }
    return {};
}

void SimulatedHost::close() {
    {
        std::scoped_lock lock(network_.mutex_);
        is_closed_ = true;
        network_.part_unreachable();
    }
    events_.close();
}

}  // namespace kit::p2p
