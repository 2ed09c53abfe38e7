#include "node/network.h"

#include "formats/multihash.h"

namespace kit::node {
namespace {

// A gateway that did not say who it is gets a name from where it is.
Result<formats::PeerId> peer_of_gateway(const std::string& url) {
    const ByteView text = as_bytes(url);
    return formats::PeerId::from_bytes(formats::sha2_256(std::span(&text, 1)).bytes());
}

}  // namespace

Result<std::unique_ptr<Network>> Network::open(
    Env& env, blocks::Store& store, const NetworkSettings& settings,
    const std::function<void(const std::string&)>& on_notice) {
    auto host = TRY(p2p::ShimHost::open(env.clock, settings.host));
    std::unique_ptr<Network> network(new Network(settings, std::move(host)));
    network->exchange_ = TRY(exchange::Exchange::open(
        env, network->host(), store,
        {.on_event = [raw = network.get()](p2p::Event& event) { raw->on_event(event); },
         .on_drop =
             [on_notice](const exchange::bitswap::Drop& drop) {
                 if (!on_notice) return;
                 on_notice("peer " + drop.peer.to_text() + " was cut off: " + drop.reason);
             },
         .gateway_threads_count = settings.gateway_threads_count,
         .gateway_block_size_bytes_max = settings.gateway_block_size_bytes_max}));
    for (const std::string& url : settings.gateways) {
        network->exchange_->add_gateway(TRY(peer_of_gateway(url)), url);
    }
    return network;
}

Network::Network(NetworkSettings settings, std::unique_ptr<p2p::ShimHost> host)
    : settings_(std::move(settings)), host_(std::move(host)) {}

Network::~Network() {
    stop();
    exchange_ = nullptr;
    host_->close();
}

void Network::stop() {
    if (exchange_) exchange_->stop();
}

void Network::on_event(p2p::Event&) {}

}  // namespace kit::node
