// Who is connected and what they said of themselves, connecting on demand, and the addresses that
// are never connected to: what the commands of the network work with.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/env.h"
#include "base/thread_annotations.h"
#include "node/address_filters.h"
#include "p2p/peer_id_hash.h"
#include "p2p/shim_host.h"

namespace kit::node {

// Every call is safe from any thread.
class Contacts final {
public:
    // Both must outlive it.
    Contacts(const Clock& clock, p2p::ShimHost& host) : clock_(clock), host_(host) {}

    // Called with every event of the host. Never waits.
    void on_event(const p2p::Event& event);

    // Connects when it is not, and waits for what the peer says of itself, a little while. Until
    // `cancel` is true at the most: then it fails with cancelled. A dial's errors, and
    // invalid_argument for this node itself.
    Result<void> connect(const p2p::PeerAddress& peer, const std::atomic<bool>& cancel);

    // What a connected peer said of itself; nullopt before it did.
    std::optional<p2p::PeerIdentified> find_identified(const p2p::PeerId& peer) const;
    std::vector<p2p::PeerIdentified> identified() const;

    // Addresses of ours that others have tried for us, and whether they came through.
    std::vector<std::pair<p2p::Multiaddr, bool>> tested_addresses() const;

    // Ranges of addresses that are never connected to, in the order in which they were added.
    std::vector<AddressRange> filters() const;
    // Ends connections from there as well.
    Result<void> add_filter(const AddressRange& range);
    Result<void> remove_filter(const AddressRange& range);

private:
    // One who waits in connect().
    struct Waiter {
        const p2p::PeerId& peer;
        std::optional<Error> error = {};
    };

    // False when `cancel` came first.
    bool wait_until(std::unique_lock<std::mutex>& lock, int64_t until_ns,
                    const std::atomic<bool>& cancel, const std::function<bool()>& is_over);

    const Clock& clock_;
    p2p::ShimHost& host_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;  // What connect() waits for.
    std::unordered_map<p2p::PeerId, p2p::PeerIdentified, p2p::PeerIdHash> identified_
        GUARDED_BY(mutex_);
    std::unordered_set<p2p::PeerId, p2p::PeerIdHash> connected_ GUARDED_BY(mutex_);
    std::vector<Waiter*> waiters_ GUARDED_BY(mutex_);
    std::map<p2p::Multiaddr, bool> tested_ GUARDED_BY(mutex_);
    std::vector<AddressRange> filters_ GUARDED_BY(mutex_);
};

// What peers may open streams for at a host with these options, sorted.
std::vector<std::string> served_protocols(const p2p::ShimHostOptions& options);

}  // namespace kit::node
