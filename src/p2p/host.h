// Peers behind one interface: the real host (libp2p) and the simulated one of the tests are used
// alike. The host moves bytes and finds peers; what is asked of whom, and when, is decided by its
// users. Everything that comes in waits in one bounded queue, in the order in which it came.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/cid.h"
#include "formats/multiaddr.h"
#include "formats/peer_id.h"

namespace kit::p2p {

using formats::Multiaddr;
using formats::Multihash;
using formats::PeerId;

// A number that the caller chose or got, by which an answer finds its question.
using QueryId = uint64_t;

struct PeerAddress {
    PeerId peer;
    std::vector<Multiaddr> addresses;
};

enum class Direction : uint8_t { inbound, outbound };

// The first connection to a peer is there; `protocols` become known by PeerIdentified.
struct PeerConnected {
    PeerId peer;
    Multiaddr address;
    Direction direction;
};
// The last connection to a peer is gone; frames that were not sent are dropped.
struct PeerDisconnected {
    PeerId peer;
};
struct PeerIdentified {
    PeerId peer;
    std::string agent;
    std::vector<std::string> protocols;
    std::vector<Multiaddr> addresses;
    std::string protocol_version = {};
    Bytes public_key = {};    // libp2p's protobuf.
    Multiaddr observed = {};  // Where the peer sees us; empty when it does not say.
};
// One length-prefixed message of a protocol given to Host::serve_frames().
struct FrameReceived {
    PeerId peer;
    std::string protocol;
    SharedBytes frame;
};
// Frames to `peer` could not be delivered: no such protocol there, stream reset, gone.
struct FramesFailed {
    PeerId peer;
    std::string reason;
};
// Frames left for `peer` and `unsent_bytes` still wait: room for more. At most one such event for
// a peer waits in the queue; a newer one takes its place.
struct FramesSent {
    PeerId peer;
    size_t unsent_bytes;
};
// What dial() began came to nothing.
struct DialFailed {
    PeerId peer;
    Error error;
};
// More of a search's answer; `is_last` ends it, with `error` when it failed.
struct ProvidersFound {
    QueryId query;
    std::vector<PeerAddress> providers;
    bool is_last;
    std::optional<Error> error;
};
struct PeersFound {
    QueryId query;
    std::vector<PeerAddress> peers;
    bool is_last;
    std::optional<Error> error;
};
struct ValueFound {
    QueryId query;
    std::optional<Bytes> value;
    bool is_last;
    std::optional<Error> error;
};
// provide(), provide_at() and put_value() end with it.
struct Announced {
    QueryId query;
    uint32_t accepted_count;
    std::optional<Error> error;
};
struct MessageReceived {
    PeerId from;
    std::string topic;
    Bytes data;
    Bytes sequence;
};
struct ListenAddressChanged {
    Multiaddr address;
    bool is_listening;
};
// Where others reach us, as AutoNAT, UPnP or the user says, or no longer.
struct ReachableAddressChanged {
    Multiaddr address;
    bool is_reachable;
};
// AutoNAT had an address of ours tried by `server`; `error` when nothing came through.
struct ReachabilityTested {
    Multiaddr address;
    PeerId server;
    std::optional<Error> error;
};
// A peer of the local network, by mDNS.
struct PeerDiscovered {
    PeerId peer;
    Multiaddr address;
};
// A peer joined a topic, or left it.
struct TopicPeerChanged {
    PeerId peer;
    std::string topic;
    bool is_subscribed;
};
// What a relay does for us or we for others, in few words ("reserved", "circuit in").
struct RelayChanged {
    PeerId peer;
    std::string what;
    bool is_gone;
};
struct HolePunchEnded {
    PeerId peer;
    std::optional<Error> error;
};
// The router has no UPnP, or does not stand in the public network.
struct PortMappingFailed {
    std::string reason;
};
enum class DhtSide : uint8_t { wan, lan };
// A peer wants us to keep a value record; nothing is kept until ShimHost::store_record().
struct RecordOffered {
    PeerId from;
    DhtSide side;
    Bytes key;
    Bytes value;
};
// The queue was nearly full: so many messages, discoveries and failed dials were not told.
struct EventsLost {
    uint64_t count;
};

using Event =
    std::variant<PeerConnected, PeerDisconnected, PeerIdentified, FrameReceived, FramesFailed,
                 FramesSent, DialFailed, ProvidersFound, PeersFound, ValueFound, Announced,
                 MessageReceived, ListenAddressChanged, ReachableAddressChanged, ReachabilityTested,
                 PeerDiscovered, TopicPeerChanged, RelayChanged, HolePunchEnded, PortMappingFailed,
                 RecordOffered, EventsLost>;

// Every call is safe from any thread and returns at once unless it says otherwise.
class Host {
public:
    virtual ~Host() = default;

    virtual const PeerId& id() const = 0;
    // Where others reach this host, as now known.
    virtual std::vector<Multiaddr> addresses() const = 0;

    // Up to `count_max` waiting events are appended to `out`; blocks until there is one or
    // `until_monotonic_ns` of the clock passes, then returns 0. Called by one thread. While its
    // queue is full the host reads nothing more from its peers. Fails with cancelled after close().
    virtual Result<size_t> next_events(std::vector<Event>& out, size_t count_max,
                                       int64_t until_monotonic_ns) = 0;
    // The next_events() that waits, or else the next one, returns at once.
    virtual void wake() = 0;

    // Connects; the answer is PeerConnected or the error of the last address tried. Blocks up to
    // `deadline`. A host that is connected already succeeds. Fails with timeout, offline.
    virtual Result<void> connect(const PeerAddress& peer, std::chrono::milliseconds deadline) = 0;
    // The same without waiting: PeerConnected or DialFailed comes as an event. Nothing comes when
    // the peer is connected or being dialled already. Fails with busy over the bound of dials.
    virtual Result<void> dial(const PeerAddress& peer) = 0;
    virtual void disconnect(const PeerId& peer) = 0;
    virtual std::vector<PeerId> connected_peers() const = 0;

    // From now on frames of these protocols come as events; given by preference. A frame is an
    // unsigned varint of its length and its bytes; longer ones than `size_bytes_max` reset the
    // stream.
    virtual Result<void> serve_frames(std::vector<std::string> protocols,
                                      size_t size_bytes_max) = 0;
    // Queues one frame on the peer's stream of the first of `protocols` that it speaks, in order
    // with those before. The frame is its pieces, one after the other, without the length, which
    // the host puts before them; the pieces are shared, not copied, so a block goes from the store
    // to the wire as it is. Fails with busy when more than the host's bound waits for this peer
    // (try again after FramesSent), not_found when it is not connected. What fails later comes as
    // FramesFailed.
    virtual Result<void> send_frame(const PeerId& peer, std::span<const std::string> protocols,
                                    std::span<const SharedBytes> pieces) = 0;
    // Bytes queued for `peer` and not yet on the wire.
    virtual size_t unsent_bytes(const PeerId& peer) const = 0;

    // The DHT. Each starts a search and returns its number; answers come as events.
    virtual Result<QueryId> find_providers(const Multihash& key, uint32_t count_max) = 0;
    virtual Result<QueryId> find_peer(const PeerId& peer) = 0;
    virtual Result<QueryId> closest_peers(ByteView key) = 0;
    virtual Result<QueryId> provide(const Multihash& key) = 0;
    // Tells one peer that this host has `keys`, without a search; it is connected to first when it
    // is not. The answer is Announced, by one peer when all was sent.
    virtual Result<QueryId> provide_at(const PeerAddress& peer,
                                       std::span<const Multihash> keys) = 0;
    virtual Result<QueryId> get_value(ByteView key) = 0;
    virtual Result<QueryId> put_value(ByteView key, ByteView value) = 0;
    virtual void cancel(QueryId query) = 0;

    // Pubsub.
    virtual Result<void> subscribe(const std::string& topic) = 0;
    virtual Result<void> unsubscribe(const std::string& topic) = 0;
    virtual Result<void> publish(const std::string& topic, ByteView data) = 0;

    // Ends every connection; next_events() fails from then on. Returns when no thread is left.
    virtual void close() = 0;
};

}  // namespace kit::p2p
