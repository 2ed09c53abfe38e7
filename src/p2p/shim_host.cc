#include "p2p/shim_host.h"

#include <array>
#include <unordered_set>

#include "p2p/peer_id_hash.h"
#include "p2p/shim_host_impl.h"

namespace kit::p2p {
namespace {

constexpr int64_t local_wait_ms = 30'000;  // For what needs no peer.
constexpr size_t dials_count_max = 512;

KitP2pKadRecords kad_records(DhtRecords records) {
    switch (records) {
        case DhtRecords::public_keys:
            return KIT_P2P_KAD_RECORDS_PUBLIC_KEYS;
        case DhtRecords::offered:
            return KIT_P2P_KAD_RECORDS_CALLER;
        case DhtRecords::trusting:
            return KIT_P2P_KAD_RECORDS_TRUSTING;
    }
    return KIT_P2P_KAD_RECORDS_PUBLIC_KEYS;
}

KitP2pConfig config_of(const ShimHostOptions& options) {
    KitP2pConfig config;
    kit_p2p_config_default(&config);
    config.private_key = view(ByteView(options.private_key));
    config.agent_version = view(options.agent);
    config.protocol_version = view(options.protocol_version);
    config.swarm_key = view(options.swarm_key);
    config.threads = options.threads;
    config.tcp = options.tcp;
    config.quic = options.quic;
    config.websocket = options.websocket;
    config.hide_listen_addresses = options.hide_listen_addresses;
    config.kad_wan = kad_mode(options.wan_dht);
    config.kad_lan = kad_mode(options.lan_dht);
    config.kad_wan_private_addresses = options.dht_takes_private_addresses;
    config.kad_records = kad_records(options.dht_records);
    config.gossipsub = options.pubsub;
    config.mdns = options.mdns;
    config.upnp = options.upnp;
    config.relay_client = options.relay_client;
    config.relay_server = options.relay_server;
    config.hole_punching = options.hole_punching;
    config.autonat_client = options.autonat;
    config.autonat_server = options.autonat;
    config.connections_max = options.connections_max;
    config.connections_per_peer_max = options.connections_per_peer_max;
    config.streams_per_connection_max = options.streams_per_connection_max;
    config.unsent_bytes_max = options.unsent_bytes_max;
    config.memory_bytes_max = options.memory_bytes_max;
    return config;
}

}  // namespace

Result<void> ShimHostImpl::connect(const PeerAddress& peer, std::chrono::milliseconds deadline) {
    const std::vector<std::string> texts = texts_of(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_dial(host_, view(peer.peer.bytes()), addresses.data(), addresses.size(),
                           {.handle = &operation, .number = nullptr})));
    return finish(operation, deadline.count(), [](const KitP2pEvent&) {});
}

Result<void> ShimHostImpl::dial(const PeerAddress& peer) {
    const std::vector<std::string> texts = texts_of(peer.addresses);
    const std::vector<KitP2pBytes> addresses = views(texts);
    // Under the lock, since the answer may come before the call returns.
    const std::scoped_lock lock(mutex_);
    for (const auto& [operation, dialled] : dials_) {
        if (dialled == peer.peer) return {};
    }
    if (dials_.size() >= dials_count_max) {
        return fail(Code::busy, "{} peers are being dialled already", dials_.size());
    }
    uint64_t operation = 0;
    TRY(check(kit_p2p_dial(host_, view(peer.peer.bytes()), addresses.data(), addresses.size(),
                           {.handle = nullptr, .number = &operation})));
    dials_.emplace(operation, peer.peer);
    return {};
}

Result<void> ShimHostImpl::serve_frames(std::vector<std::string> protocols, size_t size_bytes_max) {
    const std::vector<KitP2pBytes> names = views(protocols);
    return check(kit_p2p_serve_frames(host_, names.data(), names.size(), size_bytes_max));
}

Result<void> ShimHostImpl::send_frame(const PeerId& peer, std::span<const std::string> protocols,
                                      std::span<const SharedBytes> pieces) {
    const std::vector<KitP2pBytes> names = views(protocols);
    std::vector<KitP2pPiece> parts;
    parts.reserve(pieces.size());
    for (const SharedBytes& piece : pieces) {
        // The shim holds a share of the bytes until they have left.
        auto owner = std::make_unique<SharedBytes>(piece);
        parts.push_back({piece.view().data(), piece.size(), owner.release()});
    }
    return check(kit_p2p_send_frame(host_, view(peer.bytes()), names.data(), names.size(),
                                    parts.data(), parts.size(),
                                    [](void* owner) { delete static_cast<SharedBytes*>(owner); }));
}

Result<Multiaddr> ShimHostImpl::listen(const Multiaddr& address) {
    const std::string text = address.to_text();
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_listen(host_, view(text), {.handle = &operation, .number = nullptr})));
    Multiaddr made;
    TRY(finish(operation, local_wait_ms,
               [&](const KitP2pEvent& event) { made = address_of(event); }));
    return made;
}

Result<void> ShimHostImpl::announce_address(const Multiaddr& address, bool is_announced) {
    const std::string text = address.to_text();
    return check(kit_p2p_external_address(host_, view(text), is_announced));
}

Result<void> ShimHostImpl::set_banned(const std::string& network, bool is_banned) {
    const std::string plain = TRY(network_of_filter(network));
    return check(kit_p2p_ban_network(host_, view(plain), is_banned));
}

Result<std::unique_ptr<Stream>> ShimHostImpl::open_stream(const PeerAddress& peer,
                                                          std::span<const std::string> protocols,
                                                          std::chrono::milliseconds timeout) {
    const int64_t until_ns = clock_.monotonic_ns() + std::chrono::nanoseconds(timeout).count();
    TRY(connect(peer, timeout));
    const int64_t left_ms = std::max<int64_t>((until_ns - clock_.monotonic_ns()) / 1'000'000, 1);
    const std::vector<KitP2pBytes> names = views(protocols);
    KitP2pOperation* operation = nullptr;
    TRY(check(kit_p2p_open_stream(host_, view(peer.peer.bytes()), names.data(), names.size(),
                                  static_cast<uint64_t>(left_ms),
                                  {.handle = &operation, .number = nullptr})));
    std::unique_ptr<Stream> opened;
    TRY(finish(operation, left_ms, [&](KitP2pEvent& event) {
        if (event.kind == KIT_P2P_EVENT_KIND_STREAM) opened = take_stream(event);
    }));
    if (opened == nullptr) return fail(Code::internal, "a stream was opened and got lost");
    return opened;
}

Result<std::unique_ptr<ShimHost>> ShimHost::open(const Clock& clock,
                                                 const ShimHostOptions& options) {
    const KitP2pConfig config = config_of(options);
    KitP2pHost* host = nullptr;
    TRY(check(kit_p2p_host_new(&config, &host)));
    std::array<uint8_t, 64> buffer{};
    size_t size = 0;
    kit_p2p_host_id(host, buffer.data(), &size);
    auto id = PeerId::from_bytes(ByteView(buffer.data(), size));
    ASSERT(id.has_value());
    auto made = std::make_unique<ShimHostImpl>(clock, options, host, *std::move(id));
    for (const Multiaddr& address : options.listen) TRY(made->listen(address));
    return made;
}

}  // namespace kit::p2p
