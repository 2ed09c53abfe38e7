// Between a host and the bitswap engine: events go in, messages go out, providers are searched for
// and dialled, bad peers cut off. The exchange's thread runs it, and so do the simulations, where a
// thousand run in one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "exchange/bitswap/engine.h"
#include "p2p/host.h"
#include "p2p/peer_id_hash.h"

namespace kit::exchange {

using formats::Cid;
using formats::PeerId;

struct PumpCallbacks {
    // Blocks that came, to be hashed and then given to Engine::on_block().
    std::function<void(const PeerId&, std::vector<bitswap::BlockPart>)> on_blocks;
    // Why a peer was cut off: for the log.
    std::function<void(const bitswap::Drop&)> on_drop = {};
    // True: the message went to a peer that is not the host's.
    std::function<bool(const bitswap::Outgoing&)> send_elsewhere = {};
    // Searches for providers, in place of the host's DHT. Must not wait.
    std::function<void(const Cid&)> on_search = {};
};

// One thread, the engine's. `engine` and `host` must outlive the pump.
class Pump final {
public:
    Pump(bitswap::Engine& engine, p2p::Host& host, PumpCallbacks callbacks);

    // From now on the host takes bitswap's frames.
    Result<void> start();
    // False: the event is nothing for an exchange alone; peers that come and go are everybody's.
    bool handle(p2p::Event& event, int64_t now_ns);
    // Decides and sends; after each batch of events and timers.
    void flush(int64_t now_ns);

    size_t kept_count() const { return searches_.size() + speakers_.size(); }

private:
    bool on_frame(p2p::FrameReceived& frame, int64_t now_ns);
    void on_failure(const p2p::FramesFailed& failure, int64_t now_ns);
    bool on_providers(const p2p::ProvidersFound& found);
    void send(bitswap::Outgoing& out);
    void search(const Cid& cid);

    bitswap::Engine& engine_;
    p2p::Host& host_;
    const PumpCallbacks callbacks_;
    std::unordered_set<p2p::QueryId> searches_;  // Under way.
    struct Speaker {
        bitswap::Version version;
        uint32_t failure_count;
    };
    std::unordered_map<PeerId, Speaker, p2p::PeerIdHash> speakers_;  // Connected, of bitswap.
};

}  // namespace kit::exchange
