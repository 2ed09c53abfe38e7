// The host that speaks libp2p: rust-libp2p behind the C ABI of shim/, whose header only the source
// beside this one sees. It translates and keeps no more state than which answer belongs to which
// question.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "p2p/host.h"

namespace kit::p2p {

enum class DhtMode : uint8_t { off, client, server, automatic };

// What a real host is made of. The defaults are quiet: it listens nowhere and finds nobody.
struct ShimHostOptions {
    Bytes private_key;  // libp2p's protobuf; required.
    std::string agent;  // As in "kubo/0.43.1/ipfs-kit"; required.
    std::string protocol_version = "ipfs/0.1.0";
    std::string swarm_key;  // The text of swarm.key; empty for the public network.
    std::vector<Multiaddr> listen;
    uint32_t threads = 2;
    DhtMode wan_dht = DhtMode::off;
    DhtMode lan_dht = DhtMode::off;
    bool dht_takes_private_addresses = false;  // Into the WAN's table: for networks of one's own.
    bool pubsub = false;
    bool mdns = false;
    bool upnp = false;
    bool relay_client = true;
    bool relay_server = false;
    bool hole_punching = false;
    bool autonat = false;
    uint32_t connections_max = 4096;
    uint64_t memory_bytes_max = 0;  // No new connection while the process is larger; 0: no bound.
};

// An open connection, for those who list them.
struct ShimConnection {
    PeerId peer;
    Multiaddr address;
    Direction direction;
    bool is_relayed;
    std::chrono::nanoseconds latency;  // 0 before the first ping.
    std::string agent;
    std::vector<std::string> protocols;
};

struct Traffic {
    uint64_t sent_bytes;
    uint64_t received_bytes;
};

// Every call is safe from any thread; next_events() comes from one.
class ShimHost : public Host {
public:
    // `clock` must outlive the host. Fails with invalid_argument, io_error (it cannot listen).
    static Result<std::unique_ptr<ShimHost>> open(const Clock& clock,
                                                  const ShimHostOptions& options);

    virtual Result<Multiaddr> listen(const Multiaddr& address) = 0;
    virtual Result<std::vector<ShimConnection>> connections() const = 0;
    // Of the whole host since it was opened.
    virtual Traffic traffic() const = 0;
    // Bans end what they hit. `network` is "10.0.0.0/8" or "2001:db8::/32".
    virtual Result<void> set_banned(const PeerId& peer, bool is_banned) = 0;
    virtual Result<void> set_banned(const std::string& network, bool is_banned) = 0;
    // A start for the first DHT queries.
    virtual Result<void> add_route(const PeerAddress& peer) = 0;
};

}  // namespace kit::p2p
