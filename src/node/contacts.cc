#include "node/contacts.h"

#include <fmt/format.h>

#include <algorithm>

#include "exchange/bitswap/message.h"

namespace kit::node {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t dial_timeout_ns = 60 * second_ns;  // As go-libp2p's.
constexpr int64_t identify_timeout_ns = 5 * second_ns;
constexpr size_t tested_count_max = 256;              // A host has a few addresses.
constexpr int64_t cancel_period_ns = second_ns / 20;  // How late a cancel is seen.

// In Kubo's words, with the host's own reason: its sentence may have several lines.
Error dial_error(const p2p::PeerAddress& peer, const Error& error) {
    if (peer.addresses.empty()) return {Code::not_found, "routing: not found"};
    std::vector<std::string> texts;
    for (const p2p::Multiaddr& address : peer.addresses) texts.push_back(address.to_text());
    std::string reason = error.message;
    if (reason.find("Connection refused") != std::string::npos) reason = "connection refused";
    std::ranges::replace(reason, '\n', ' ');
    return {error.code,
            fmt::format("failed to dial: failed to dial {}: all dials failed\n  * [{}] {}",
                        peer.peer.to_text(), fmt::join(texts, ", "), reason)};
}

}  // namespace

void Contacts::on_event(const p2p::Event& event) {
    const std::scoped_lock lock(mutex_);
    if (const auto* const identified = std::get_if<p2p::PeerIdentified>(&event)) {
        identified_.insert_or_assign(identified->peer, *identified);
    } else if (const auto* const connected = std::get_if<p2p::PeerConnected>(&event)) {
        connected_.insert(connected->peer);
    } else if (const auto* const gone = std::get_if<p2p::PeerDisconnected>(&event)) {
        identified_.erase(gone->peer);
        connected_.erase(gone->peer);
    } else if (const auto* const failed = std::get_if<p2p::DialFailed>(&event)) {
        for (Waiter* const waiter : waiters_) {
            if (waiter->peer == failed->peer) waiter->error = failed->error;
        }
    } else {
        if (const auto* const tested = std::get_if<p2p::ReachabilityTested>(&event)) {
            if (tested_.size() >= tested_count_max) tested_.clear();
            tested_.insert_or_assign(tested->address, !tested->error);
        }
        return;
    }
    changed_.notify_all();
}

bool Contacts::wait_until(std::unique_lock<std::mutex>& lock, int64_t until_ns,
                          const std::atomic<bool>& cancel, const std::function<bool()>& is_over) {
    while (!is_over()) {
        const int64_t now_ns = clock_.monotonic_ns();
        if (cancel) return false;
        if (now_ns >= until_ns) return true;
        clock_.wait(changed_, lock, std::min(until_ns, now_ns + cancel_period_ns));
    }
    return true;
}

Result<void> Contacts::connect(const p2p::PeerAddress& peer, const std::atomic<bool>& cancel) {
    if (peer.peer == host_.id()) {
        return fail(Code::invalid_argument, "failed to dial: dial to self attempted");
    }
    Waiter waiter{.peer = peer.peer};
    std::unique_lock lock(mutex_);
    const auto is_connected = [&] { return connected_.contains(peer.peer); };
    bool is_cancelled = false;
    if (!is_connected()) {
        waiters_.push_back(&waiter);
        lock.unlock();
        const Result<void> begun = host_.dial(peer);
        lock.lock();
        const int64_t until_ns = clock_.monotonic_ns() + dial_timeout_ns;
        const auto is_over = [&] { return is_connected() || waiter.error.has_value(); };
        if (begun) is_cancelled = !wait_until(lock, until_ns, cancel, is_over);
        std::erase(waiters_, &waiter);
        TRY(begun);
    }
    if (is_cancelled) return fail(Code::cancelled, "the connection is not waited for any more");
    if (!is_connected()) {
        if (waiter.error) return std::unexpected(dial_error(peer, *waiter.error));
        return fail(Code::timeout, "{} did not answer in time", peer.peer.to_text());
    }
    const int64_t until_ns = clock_.monotonic_ns() + identify_timeout_ns;
    wait_until(lock, until_ns, cancel,
               [&] { return identified_.contains(peer.peer) || !is_connected(); });
    return {};
}

std::optional<p2p::PeerIdentified> Contacts::find_identified(const p2p::PeerId& peer) const {
    const std::scoped_lock lock(mutex_);
    const auto found = identified_.find(peer);
    if (found == identified_.end()) return std::nullopt;
    return found->second;
}

std::vector<p2p::PeerIdentified> Contacts::identified() const {
    const std::scoped_lock lock(mutex_);
    std::vector<p2p::PeerIdentified> all;
    all.reserve(identified_.size());
    for (const auto& each : identified_) all.push_back(each.second);
    return all;
}

std::vector<std::pair<p2p::Multiaddr, bool>> Contacts::tested_addresses() const {
    const std::scoped_lock lock(mutex_);
    return {tested_.begin(), tested_.end()};
}

std::vector<AddressRange> Contacts::filters() const {
    const std::scoped_lock lock(mutex_);
    return filters_;
}

Result<void> Contacts::add_filter(const AddressRange& range) {
    {
        const std::scoped_lock lock(mutex_);
        if (std::ranges::find(filters_, range) == filters_.end()) filters_.push_back(range);
    }
    return host_.set_banned(range.to_cidr(), true);
}

Result<void> Contacts::remove_filter(const AddressRange& range) {
    {
        const std::scoped_lock lock(mutex_);
        std::erase(filters_, range);
    }
    return host_.set_banned(range.to_cidr(), false);
}

std::vector<std::string> served_protocols(const p2p::ShimHostOptions& options) {
    std::vector<std::string> names = {"/ipfs/id/1.0.0", "/ipfs/id/push/1.0.0", "/ipfs/ping/1.0.0"};
    const auto bitswap = exchange::bitswap::protocols();
    names.insert(names.end(), bitswap.begin(), bitswap.end());
    if (options.autonat) {
        names.insert(names.end(),
                     {"/libp2p/autonat/2/dial-back", "/libp2p/autonat/2/dial-request"});
    }
    if (options.relay_client) names.push_back("/libp2p/circuit/relay/0.2.0/stop");
    if (options.relay_server) names.push_back("/libp2p/circuit/relay/0.2.0/hop");
    if (options.hole_punching) names.push_back("/libp2p/dcutr");
    if (options.pubsub) names.insert(names.end(), {"/meshsub/1.0.0", "/meshsub/1.1.0"});
    if (options.wan_dht == p2p::DhtMode::server) names.push_back("/ipfs/kad/1.0.0");
    if (options.lan_dht == p2p::DhtMode::server) names.push_back("/ipfs/lan/kad/1.0.0");
    std::ranges::sort(names);
    return names;
}

}  // namespace kit::node
