// The host that speaks libp2p: rust-libp2p behind the C ABI of shim/, whose header only the sources
// beside this one see. It translates and keeps no more state than which answer belongs to which
// question.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/env.h"
#include "p2p/host.h"
#include "p2p/stream.h"

namespace kit::p2p {

enum class DhtMode : uint8_t { off, client, server, automatic };

// Which value records of others are kept here.
enum class DhtRecords : uint8_t {
    public_keys,  // /pk alone.
    offered,      // /pk, and of /ipns what RecordOffered shows and store_record() takes.
    trusting,     // /pk and any /ipns record: for networks of friends and for tests.
};

// What a real host is made of. The defaults are quiet: it listens nowhere and finds nobody.
struct ShimHostOptions {
    Bytes private_key;  // libp2p's protobuf; required.
    std::string agent;  // As in "kubo/0.43.1/ipfs-kit"; required.
    std::string protocol_version = "ipfs/0.1.0";
    std::string swarm_key;  // The text of swarm.key; empty for the public network.
    std::vector<Multiaddr> listen;
    // Others are told only what announce_address() says, not where we listen: for
    // Addresses.Announce and NoAnnounce (see announced_addresses.h).
    bool hide_listen_addresses = false;
    uint32_t threads = 2;
    bool tcp = true;  // Swarm.Transports.Network.
    bool quic = true;
    bool websocket = true;
    DhtMode wan_dht = DhtMode::off;
    DhtMode lan_dht = DhtMode::off;
    DhtRecords dht_records = DhtRecords::public_keys;
    bool dht_takes_private_addresses = false;  // Into the WAN's table: for networks of one's own.
    bool pubsub = false;
    bool mdns = false;
    bool upnp = false;
    bool relay_client = true;
    bool relay_server = false;
    bool hole_punching = false;
    bool autonat = false;
    uint32_t connections_max = 4096;
    uint32_t connections_per_peer_max = 8;
    uint32_t streams_per_connection_max = 1024;  // That a peer may have open.
    uint64_t memory_bytes_max = 0;  // No new connection while the process is larger; 0: no bound.
    uint64_t unsent_bytes_max = 8 * MiB;  // Frames that wait for one peer.
};

// An open connection, for those who list them.
struct ShimConnection {
    uint64_t number;
    PeerId peer;
    Multiaddr address;
    Direction direction;
    bool is_relayed;
    std::chrono::nanoseconds latency;  // 0 before the first ping.
    std::chrono::milliseconds age;
    std::string agent;
    std::vector<std::string> protocols;
};

// An open stream: raw or of frames. Those of identify, the DHT, pubsub and pings are not listed.
struct ShimStreamInfo {
    PeerId peer;
    std::string protocol;
    Direction direction;
};

struct Traffic {
    uint64_t sent_bytes;
    uint64_t received_bytes;
};
struct ProtocolTraffic {
    std::string protocol;
    Traffic traffic;
};

struct ShimCounts {
    uint64_t peers;
    uint64_t connections;
    uint64_t connections_pending;
    uint64_t raw_streams;
};

// A peer in the DHT's table. Bucket n holds peers that share n bits of their key with us.
struct DhtRoute {
    PeerId peer;
    std::vector<Multiaddr> addresses;
    uint32_t bucket;
    bool is_connected;
};

// Every call is safe from any thread; next_events() comes from one. Lists and settings take as long
// as the network's task needs to get to them.
class ShimHost : public Host {
public:
    // `clock` must outlive the host. Fails with invalid_argument, io_error (it cannot listen).
    static Result<std::unique_ptr<ShimHost>> open(const Clock& clock,
                                                  const ShimHostOptions& options);

    virtual Result<Multiaddr> listen(const Multiaddr& address) = 0;
    virtual std::vector<Multiaddr> listen_addresses() const = 0;
    // Where others reach us, as confirmed by AutoNAT and UPnP or told by announce_address().
    virtual std::vector<Multiaddr> reachable_addresses() const = 0;
    virtual Result<void> announce_address(const Multiaddr& address, bool is_announced) = 0;
    // Has every peer take note of our addresses and protocols now.
    virtual Result<void> push_identify() = 0;

    virtual Result<std::vector<ShimConnection>> connections() const = 0;
    virtual Result<void> close_connection(uint64_t number) = 0;
    virtual Result<std::vector<ShimStreamInfo>> streams() const = 0;
    virtual Result<ShimCounts> counts() const = 0;
    // A protected peer is free of the bounds on connections.
    virtual Result<void> set_protected(const PeerId& peer, bool is_protected) = 0;
    // Bans end what they hit. `network` is "10.0.0.0/8" or "2001:db8::/32", or as in
    // Swarm.AddrFilters "/ip4/10.0.0.0/ipcidr/8".
    virtual Result<void> set_banned(const PeerId& peer, bool is_banned) = 0;
    virtual Result<void> set_banned(const std::string& network, bool is_banned) = 0;

    // Since the host was opened: of all of it, of a peer that is connected, of the protocols of
    // raw streams and frames.
    virtual Traffic traffic() const = 0;
    virtual Traffic traffic(const PeerId& peer) const = 0;
    virtual Result<std::vector<ProtocolTraffic>> protocol_traffic() const = 0;

    // Raw streams. Connects when need be; blocks up to `timeout`. Fails with offline, timeout,
    // unsupported (the peer speaks none of the protocols).
    virtual Result<std::unique_ptr<Stream>> open_stream(const PeerAddress& peer,
                                                        std::span<const std::string> protocols,
                                                        std::chrono::milliseconds timeout) = 0;
    virtual Result<std::unique_ptr<StreamPort>> open_port() = 0;

    virtual Result<std::vector<std::string>> topics() const = 0;
    // Those who joined the topic, or with an empty one everybody who speaks pubsub with us.
    virtual Result<std::vector<PeerId>> topic_peers(const std::string& topic) const = 0;

    // A start for the first DHT queries.
    virtual Result<void> add_route(const PeerAddress& peer) = 0;
    virtual Result<std::vector<DhtRoute>> routes(DhtSide side) const = 0;
    // Looks for ourselves and in every bucket; blocks up to `timeout`.
    virtual Result<void> fill_routes(DhtSide side, std::chrono::milliseconds timeout) = 0;
    // Anything but `off`, which is decided when the host is opened.
    virtual Result<void> set_dht_mode(DhtSide side, DhtMode mode) = 0;
    virtual Result<void> store_record(DhtSide side, ByteView key, ByteView value,
                                      std::chrono::milliseconds lifetime) = 0;
};

}  // namespace kit::p2p
