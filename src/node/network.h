// A node among its peers: the host that speaks with them, and what it speaks about. A node that is
// offline has none.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "announce/announcements.h"
#include "base/env.h"
#include "blocks/store.h"
#include "exchange/exchange.h"
#include "naming/network_names.h"
#include "naming/offered_records.h"
#include "node/company.h"
#include "node/contacts.h"
#include "node/network_settings.h"
#include "node/provider_search.h"
#include "node/pubsub.h"
#include "node/routing_settings.h"
#include "p2p/forward.h"
#include "p2p/shim_host.h"
#include "routing/dht_router.h"
#include "routing/provider.h"
#include "routing/router_set.h"

namespace kit::node {

// What of the node its network works with; all of it must outlive the network.
struct NetworkUses {
    Env& env;
    blocks::Store& store;
    naming::NameRecords& records;
    routing::KeySource provided;  // What is announced again and again.
    Path repo;                    // For the announcing's state.
    std::function<void(const std::string&)> on_notice = {};
    // What it refuses is not offered to peers; from the network's thread.
    std::function<bool(const formats::Cid&)> may_give = {};
};

// Every call is safe from any thread.
class Network final {
public:
    // Listens, and serves the store. Fails with io_error when it cannot listen, invalid_argument
    // when the config asks for routers that make no sense, unsupported in a build without peers.
    static Result<std::unique_ptr<Network>> open(const NetworkUses& uses,
                                                 const NetworkSettings& settings,
                                                 const RoutingSettings& routing);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    p2p::ShimHost& host() { return *host_; }
    exchange::Exchange& exchange() { return *exchange_; }
    routing::Router& router() { return routers_->root(); }
    naming::NetworkNames& names() { return *names_; }
    // nullptr when nothing is announced.
    routing::Provider* provider() { return provider_.get(); }
    // Announces roots that are new, to routers if the strategy wants it, and to nodes that listen
    // to announcements if these are automatic; never waits.
    void announce(std::span<const formats::Cid> roots, bool is_pinned);
    Company& company() { return *company_; }
    Contacts& contacts() { return contacts_; }
    const Contacts& contacts() const { return contacts_; }
    // nullptr when pubsub is off.
    Pubsub* pubsub() { return settings_.host.pubsub ? &pubsub_ : nullptr; }
    // nullptr without Experimental.Libp2pStreamMounting.
    p2p::Forward* forward() { return forward_.get(); }
    // nullptr while Kit.Announcements.Enabled is false.
    announce::Announcements* announcements() { return announcements_.get(); }
    const NetworkSettings& settings() const { return settings_; }

    // Whoever waits for a peer fails with cancelled, and so does every later wait. To be called
    // before those who read are waited for.
    void stop();

private:
    Network(const NetworkUses& uses, NetworkSettings settings, RoutingSettings routing,
            std::unique_ptr<p2p::ShimHost> host);
    Result<void> start();
    exchange::ExchangeOptions exchange_options();
    void on_event(p2p::Event& event);
    void keep_for_others(const naming::OfferedRecord& record, std::chrono::nanoseconds time);
    void on_provider(const p2p::PeerAddress& provider);

    const NetworkUses uses_;
    const NetworkSettings settings_;
    const RoutingSettings routing_;
    const std::unique_ptr<p2p::ShimHost> host_;
    Contacts contacts_;
    Pubsub pubsub_;
    std::unique_ptr<p2p::Forward> forward_;
    routing::DhtRouter dht_;
    std::unique_ptr<routing::RouterSet> routers_;
    std::unique_ptr<naming::NetworkNames> names_;
    naming::OfferedRecords offered_;
    std::unique_ptr<routing::Provider> provider_;
    std::unique_ptr<ProviderSearch> search_;
    std::unique_ptr<announce::Announcements> announcements_;
    std::unique_ptr<Company> company_;
    std::unique_ptr<exchange::Exchange> exchange_;
};

}  // namespace kit::node
