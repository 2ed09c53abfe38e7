#include "node/network.h"

#include "formats/multihash.h"
#include "node/announcing.h"

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
    const std::function<void(const std::string&)>& on_notice,
    std::function<bool(const formats::Cid&)> may_give) {
    auto host = TRY(p2p::ShimHost::open(env.clock, settings.host));
    std::unique_ptr<Network> network(new Network(env, settings, std::move(host)));
    for (const AddressRange& range : settings.filters) TRY(network->contacts_.add_filter(range));
    if (settings.announcements.is_enabled) {
        announce::AnnouncementsOptions options{
            .may_give = std::move(may_give),
            .find_holding = [&store](const formats::Cid& cid) { return find_holding(store, cid); },
            .load_percent = system_load_percent,
            .weights = settings.announcements.weights};
        network->announcements_ =
            TRY(announce::Announcements::open(env, network->host(), std::move(options)));
    }
    network->exchange_ = TRY(exchange::Exchange::open(env, network->host(), store,
                                                      network->exchange_options(on_notice)));
    for (const std::string& url : settings.gateways) {
        network->exchange_->add_gateway(TRY(peer_of_gateway(url)), url);
    }
    return network;
}

Network::Network(Env& env, NetworkSettings settings, std::unique_ptr<p2p::ShimHost> host)
    : settings_(std::move(settings)),
      host_(std::move(host)),
      contacts_(env.clock, *host_),
      router_(env.clock, *host_),
      search_(env.clock, router_,
              [this](const p2p::PeerAddress& provider) { on_provider(provider); }) {}

exchange::ExchangeOptions Network::exchange_options(
    const std::function<void(const std::string&)>& on_notice) {
    return {.on_event = [this](p2p::Event& event) { on_event(event); },
            .on_drop =
                [on_notice](const exchange::bitswap::Drop& drop) {
                    if (!on_notice) return;
                    on_notice("peer " + drop.peer.to_text() + " was cut off: " + drop.reason);
                },
            .on_search = [this](const formats::Cid& cid) { search_.begin(cid); },
            .gateway_threads_count = settings_.gateway_threads_count,
            .gateway_block_size_bytes_max = settings_.gateway_block_size_bytes_max};
}

Network::~Network() {
    stop();
    search_.stop();  // It tells the exchange of gateways.
    exchange_ = nullptr;
    host_->close();
}

void Network::stop() {
    if (exchange_) exchange_->stop();
    router_.stop();
    if (announcements_) announcements_->stop();
}

void Network::on_event(p2p::Event& event) {
    contacts_.on_event(event);
    if (announcements_ && announcements_->on_event(event)) return;
    (void)router_.on_event(event);
}

void Network::tell_of(std::span<const formats::Cid> roots) {
    if (!announcements_ || !settings_.announcements.is_automatic) return;
    // One that is too many now is not announced: its pin goes on all the same.
    for (const formats::Cid& root : roots) (void)announcements_->announce_by_itself(root);
}

void Network::on_provider(const p2p::PeerAddress& provider) {
    if (provider.peer == host_->id()) return;
    // Of those that are too many now, the next search tells again.
    (void)host_->dial(provider);
}

}  // namespace kit::node
