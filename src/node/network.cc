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

Result<std::unique_ptr<Network>> Network::open(const NetworkUses& uses,
                                               const NetworkSettings& settings,
                                               const RoutingSettings& routing) {
    auto host = TRY(p2p::ShimHost::open(uses.env.clock, settings.host));
    std::unique_ptr<Network> network(new Network(uses, settings, routing, std::move(host)));
    TRY(network->start());
    return network;
}

Network::Network(const NetworkUses& uses, NetworkSettings settings, RoutingSettings routing,
                 std::unique_ptr<p2p::ShimHost> host)
    : uses_(uses),
      settings_(std::move(settings)),
      routing_(std::move(routing)),
      host_(std::move(host)),
      contacts_(uses_.env.clock, *host_),
      pubsub_(uses_.env.clock, *host_),
      dht_(uses_.env.clock, *host_),
      offered_(uses_.records,
               [this](const naming::OfferedRecord& record, std::chrono::nanoseconds time) {
                   keep_for_others(record, time);
               }) {}

Result<void> Network::start() {
    Env& env = uses_.env;
    for (const AddressRange& range : settings_.filters) TRY(contacts_.add_filter(range));
    if (settings_.carries_streams) {
        auto port = TRY(host_->open_port());
        forward_ = TRY(p2p::Forward::open(env.clock, std::move(port), host_->id()));
    }
    if (settings_.announcements.is_enabled) {
        announce::AnnouncementsOptions options{
            .may_give = uses_.may_give,
            .find_holding =
                [this](const formats::Cid& cid) { return find_holding(uses_.store, cid); },
            .load_percent = system_load_percent,
            .weights = settings_.announcements.weights};
        announcements_ = TRY(announce::Announcements::open(env, *host_, std::move(options)));
    }
    const bool has_dht =
        settings_.host.wan_dht != p2p::DhtMode::off || settings_.host.lan_dht != p2p::DhtMode::off;
    routers_ =
        TRY(routing::RouterSet::open(env.clock, routing_.routers, has_dht ? &dht_ : nullptr));
    for (const std::string& notice : routers_->notices()) uses_.on_notice(notice);
    names_ = std::make_unique<naming::NetworkNames>(env.clock, uses_.records, routers_->root(),
                                                    routing_.names);
    search_ = std::make_unique<ProviderSearch>(
        env.clock, routers_->root(),
        [this](const p2p::PeerAddress& provider) { on_provider(provider); });
    if (has_dht && routing_.provides) {
        routing::ProviderOptions options = routing_.provider;
        options.state_path = join(uses_.repo, "provide-state");
        provider_ = std::make_unique<routing::Provider>(env, dht_, uses_.provided, options);
    }
    offered_.start();
    company_ = std::make_unique<Company>(env, *host_, settings_.company, join(uses_.repo, "peers"),
                                         uses_.on_notice);
    exchange_ = TRY(exchange::Exchange::open(env, *host_, uses_.store, exchange_options()));
    for (const std::string& url : settings_.gateways) {
        exchange_->add_gateway(TRY(peer_of_gateway(url)), url);
    }
    if (provider_) provider_->start();
    return {};
}

exchange::ExchangeOptions Network::exchange_options() {
    return {.on_event = [this](p2p::Event& event) { on_event(event); },
            .on_drop =
                [this](const exchange::bitswap::Drop& drop) {
                    uses_.on_notice("peer " + drop.peer.to_text() + " was cut off: " + drop.reason);
                },
            .on_search = [this](const formats::Cid& cid) { search_->begin(cid); },
            .gateway_threads_count = settings_.gateway_threads_count,
            .gateway_block_size_bytes_max = settings_.gateway_block_size_bytes_max};
}

Network::~Network() {
    stop();
    if (provider_) provider_->stop();
    if (search_) search_->stop();  // It tells the exchange of gateways.
    forward_ = nullptr;
    offered_.stop();
    exchange_ = nullptr;
    host_->close();
    company_ = nullptr;
}

void Network::stop() {
    if (exchange_) exchange_->stop();
    dht_.stop();
    if (announcements_) announcements_->stop();
}

void Network::announce(std::span<const formats::Cid> roots, bool is_pinned) {
    if (announcements_ && is_pinned && settings_.announcements.is_automatic) {
        // One that is too many now is not announced: its pin goes on all the same.
        for (const formats::Cid& root : roots) (void)announcements_->announce_by_itself(root);
    }
    if (!provider_ || !routing_.strategy.wants(is_pinned, is_pinned, false)) return;
    std::vector<formats::Multihash> keys;
    for (const formats::Cid& root : roots) keys.emplace_back(root.hash());
    provider_->announce(keys);
}

void Network::on_event(p2p::Event& event) {
    contacts_.on_event(event);
    company_->on_event(event);
    if (auto* offer = std::get_if<p2p::RecordOffered>(&event)) {
        // Too many at a time are not heard: whoever offers has others to keep them.
        (void)offered_.offer(
            {std::move(offer->key), std::move(offer->value), static_cast<uint32_t>(offer->side)});
        return;
    }
    if (announcements_ && announcements_->on_event(event)) return;
    if (const auto* message = std::get_if<p2p::MessageReceived>(&event)) {
        pubsub_.on_message(*message);
    }
    (void)dht_.on_event(event);
}

void Network::keep_for_others(const naming::OfferedRecord& record, std::chrono::nanoseconds time) {
    // A full table keeps what it has.
    (void)host_->store_record(static_cast<p2p::DhtSide>(record.side), record.key, record.value,
                              std::chrono::duration_cast<std::chrono::milliseconds>(time));
}

void Network::on_provider(const p2p::PeerAddress& provider) {
    if (provider.peer == host_->id()) return;
    // Of those that are too many now, the next search tells again.
    (void)host_->dial(provider);
}

}  // namespace kit::node
