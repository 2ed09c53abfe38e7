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
#include "node/contacts.h"
#include "node/network_settings.h"
#include "node/provider_search.h"
#include "p2p/shim_host.h"
#include "routing/dht_router.h"

namespace kit::node {

// Every call is safe from any thread.
class Network final {
public:
    // What `may_give` refuses is not offered to peers; it comes from the network's thread.
    // Listens, and serves `store`, which must outlive it as `env` must. An address that cannot be
    // listened on is told of; fails with io_error when there is no other, with unsupported in a
    // build without peers.
    static Result<std::unique_ptr<Network>> open(
        Env& env, blocks::Store& store, const NetworkSettings& settings,
        const std::function<void(const std::string&)>& on_notice,
        std::function<bool(const formats::Cid&)> may_give);
    ~Network();
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;

    p2p::ShimHost& host() { return *host_; }
    exchange::Exchange& exchange() { return *exchange_; }
    routing::Router& router() { return router_; }
    Contacts& contacts() { return contacts_; }
    const Contacts& contacts() const { return contacts_; }
    // nullptr while Kit.Announcements.Enabled is false.
    announce::Announcements* announcements() { return announcements_.get(); }
    // Announces them, if Kit.Announcements.Automatic says so and it is not too often.
    void tell_of(std::span<const formats::Cid> roots);
    const NetworkSettings& settings() const { return settings_; }

    // Whoever waits for a peer fails with cancelled, and so does every later wait. To be called
    // before those who read are waited for.
    void stop();

private:
    Network(Env& env, NetworkSettings settings, std::unique_ptr<p2p::ShimHost> host);
    exchange::ExchangeOptions exchange_options(
        const std::function<void(const std::string&)>& on_notice);
    void on_event(p2p::Event& event);
    void on_provider(const p2p::PeerAddress& provider);

    const NetworkSettings settings_;
    const std::unique_ptr<p2p::ShimHost> host_;
    Contacts contacts_;
    routing::DhtRouter router_;
    ProviderSearch search_;
    std::unique_ptr<announce::Announcements> announcements_;
    std::unique_ptr<exchange::Exchange> exchange_;
};

}  // namespace kit::node
