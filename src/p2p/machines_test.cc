// The machines that decide who stays connected, on the simulated network and its clock.
#include <gtest/gtest.h>

#include <algorithm>

#include "p2p/bootstrap.h"
#include "p2p/budgeted_host.h"
#include "p2p/connection_manager.h"
#include "p2p/peering.h"
#include "p2p/simulated_network.h"

namespace kit::p2p {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t minute_ns = 60 * second_ns;

// Host 0 has the machines; the others do nothing.
class MachinesTest : public testing::Test {
protected:
    MachinesTest() : env_{clock_, disk_, random_}, network_(clock_, 7, {}) {
        network_.add_host();
        known_ = std::make_unique<PeerStore>(clock_);
    }

    PeerAddress add_host() {
        Host& host = network_.add_host();
        return {host.id(), host.addresses()};
    }
    void manage(ConnectionMarks marks) {
        manager_ = std::make_unique<ConnectionManager>(clock_, network_.host(0), marks);
    }
    void peer_with(const PeerAddress& peer) {
        if (manager_ == nullptr) manage({});
        if (peering_ == nullptr) {
            peering_ = std::make_unique<Peering>(env_, network_.host(0), *manager_);
        }
        peering_->add(peer);
    }
    void bootstrap_with(const std::vector<PeerAddress>& peers) {
        bootstrap_ =
            std::make_unique<Bootstrap>(env_, network_.host(0), *known_, BootstrapSettings{});
        bootstrap_->set_peers(peers);
    }

    void run(int64_t time_ns) {
        const int64_t until_ns = network_.now_ns() + time_ns;
        for (;;) {
            tick();
            network_.wake_at(0, std::max(next_timer_ns(), network_.now_ns() + 1));
            const auto number = network_.step(until_ns);
            if (!number) return;
            std::vector<Event> events;
            (void)network_.host(*number).next_events(events, SIZE_MAX, 0);
            if (*number != 0) continue;
            for (const Event& event : events) {
                dials_failed_ += std::get_if<DialFailed>(&event) != nullptr ? 1 : 0;
                known_->on_event(event);
                if (manager_) manager_->on_event(event);
                if (peering_) peering_->on_event(event);
                if (bootstrap_) bootstrap_->on_event(event);
            }
        }
    }
    void tick() {
        if (manager_) manager_->on_timer();
        if (peering_) peering_->on_timer();
        if (bootstrap_) bootstrap_->on_timer();
    }
    int64_t next_timer_ns() const {
        int64_t next_ns = INT64_MAX;
        if (manager_) next_ns = std::min(next_ns, manager_->next_timer_ns());
        if (peering_) next_ns = std::min(next_ns, peering_->next_timer_ns());
        if (bootstrap_) next_ns = std::min(next_ns, bootstrap_->next_timer_ns());
        return next_ns;
    }
    size_t connected_count() { return network_.host(0).connected_peers().size(); }
    bool is_connected(const PeerAddress& peer) {
        const auto connected = network_.host(0).connected_peers();
        return std::ranges::find(connected, peer.peer) != connected.end();
    }

    SimulatedClock clock_;
    SimulatedRandom random_{3};
    SimulatedDisk disk_{1};
    Env env_;
    SimulatedNetwork network_;
    std::unique_ptr<PeerStore> known_;
    std::unique_ptr<ConnectionManager> manager_;
    std::unique_ptr<Peering> peering_;
    std::unique_ptr<Bootstrap> bootstrap_;
    size_t dials_failed_ = 0;
};

TEST_F(MachinesTest, AboveTheHighMarkTheLeastUsefulGo) {
    manage({.low_water = 4, .high_water = 8});
    std::vector<PeerAddress> peers;
    for (uint32_t i = 1; i <= 8; ++i) {
        peers.push_back(add_host());
        network_.connect(0, i);
        run(second_ns);
    }
    run(minute_ns);
    EXPECT_EQ(connected_count(), 8U);
    manager_->protect(peers[5].peer, "peering");
    manager_->set_tag(peers[6].peer, "bitswap", 10);
    manager_->set_tag(peers[7].peer, "bitswap", 10);
    manager_->set_tag(peers[7].peer, "bad", -20);
    for (uint32_t i = 9; i <= 10; ++i) {
        peers.push_back(add_host());
        network_.connect(0, i);
    }
    run(second_ns);
    EXPECT_EQ(connected_count(), 4U);
    for (const size_t stays : {5, 6, 8, 9}) EXPECT_TRUE(is_connected(peers[stays])) << stays;
    EXPECT_EQ(manager_->connected_count(), 4U);
    EXPECT_EQ(manager_->next_timer_ns(), INT64_MAX);
}

TEST_F(MachinesTest, AmongEqualsThoseThatCameFirstStay) {
    manage({.low_water = 2, .high_water = 4});
    std::vector<PeerAddress> peers;
    for (uint32_t i = 1; i <= 4; ++i) {
        peers.push_back(add_host());
        network_.connect(0, i);
        run(second_ns);
    }
    run(minute_ns);
    peers.push_back(add_host());
    network_.connect(0, 5);
    run(second_ns);
    EXPECT_EQ(connected_count(), 2U);
    EXPECT_TRUE(is_connected(peers[0]));
    EXPECT_TRUE(is_connected(peers[4]));
}

TEST_F(MachinesTest, NewcomersHaveTheirGrace) {
    manage({.low_water = 1, .high_water = 2});
    for (uint32_t i = 1; i <= 5; ++i) {
        add_host();
        network_.connect(0, i);
    }
    run(19 * second_ns);
    EXPECT_EQ(connected_count(), 5U);
    run(3 * second_ns);
    EXPECT_EQ(connected_count(), 1U);
}

TEST_F(MachinesTest, WithoutAManagerNobodyIsLetGo) {
    manage({.is_enabled = false, .low_water = 1, .high_water = 2});
    for (uint32_t i = 1; i <= 5; ++i) {
        add_host();
        network_.connect(0, i);
    }
    run(minute_ns);
    EXPECT_EQ(connected_count(), 5U);
}

TEST_F(MachinesTest, APeeredPeerIsDialledAgainAndAgain) {
    const PeerAddress peer = add_host();
    peer_with(peer);
    run(second_ns);
    EXPECT_TRUE(is_connected(peer));
    EXPECT_TRUE(manager_->is_protected(peer.peer));
    network_.set_online(1, false);
    run(10 * minute_ns);
    EXPECT_FALSE(is_connected(peer));
    // Each time later: a dial takes five seconds to fail.
    EXPECT_GE(dials_failed_, 3U);
    EXPECT_LE(dials_failed_, 12U);
    network_.set_online(1, true);
    run(11 * minute_ns);
    EXPECT_TRUE(is_connected(peer));
}

TEST_F(MachinesTest, WhoIsNoLongerPeeredIsNotDialled) {
    const PeerAddress peer = add_host();
    peer_with(peer);
    run(second_ns);
    ASSERT_EQ(peering_->list().size(), 1U);
    EXPECT_TRUE(peering_->remove(peer.peer));
    EXPECT_FALSE(peering_->remove(peer.peer));
    EXPECT_TRUE(is_connected(peer));
    EXPECT_FALSE(manager_->is_protected(peer.peer));
    network_.host(0).disconnect(peer.peer);
    run(10 * minute_ns);
    EXPECT_FALSE(is_connected(peer));
}

TEST_F(MachinesTest, BootstrapDialsAsManyAsAreMissing) {
    std::vector<PeerAddress> peers;
    for (int i = 0; i < 10; ++i) peers.push_back(add_host());
    bootstrap_with(peers);
    run(second_ns);
    EXPECT_EQ(connected_count(), 4U);
    network_.host(0).disconnect(network_.host(0).connected_peers().front());
    run(31 * second_ns);
    EXPECT_EQ(connected_count(), 4U);
}

TEST_F(MachinesTest, OthersAreTriedWhenSomeAreGone) {
    std::vector<PeerAddress> peers;
    for (uint32_t i = 1; i <= 6; ++i) {
        peers.push_back(add_host());
        if (i <= 3) network_.set_online(i, false);
    }
    bootstrap_with(peers);
    run(25 * second_ns);
    EXPECT_EQ(connected_count(), 3U);
}

TEST_F(MachinesTest, PeersMetBeforeHelpWhenBootstrapPeersAreGone) {
    const PeerAddress gone = add_host();
    network_.set_online(1, false);
    const PeerAddress met = add_host();
    known_->restore(
        {KnownPeer{.peer = met.peer, .addresses = met.addresses, .last_seen_unix_ns = second_ns}});
    bootstrap_with({gone});
    run(25 * second_ns);
    EXPECT_TRUE(is_connected(met));
    // With no bootstrap peers nobody is dialled.
    network_.host(0).disconnect(met.peer);
    bootstrap_->set_peers({});
    run(minute_ns);
    EXPECT_FALSE(is_connected(met));
}

TEST_F(MachinesTest, TextsOfOnePeerAreItsAddresses) {
    const std::string id = network_.host(0).id().to_text();
    const auto peers = peers_of_texts(
        {"/ip4/1.2.3.4/tcp/4001/p2p/" + id, "/p2p/" + id, "/dnsaddr/bootstrap.example/p2p/" + id});
    ASSERT_TRUE(peers.has_value());
    ASSERT_EQ(peers->size(), 1U);
    ASSERT_EQ(peers->front().addresses.size(), 2U);
    EXPECT_EQ(peers->front().addresses[1].to_text(), "/dnsaddr/bootstrap.example");
    EXPECT_FALSE(peers_of_texts({"/ip4/1.2.3.4/tcp/4001"}).has_value());
}

TEST_F(MachinesTest, ALimitedHostIsBusyAndSaysWhenItIsNot) {
    const std::vector<std::string> protocols{"/test/1"};
    const PeerAddress peer = add_host();
    ASSERT_TRUE(network_.host(1).serve_frames(protocols, MiB).has_value());
    network_.connect(0, 1);
    run(second_ns);
    BudgetedHost limited(clock_, network_.host(0), {.bytes_per_s = 1000});
    const std::vector<SharedBytes> pieces{SharedBytes::from(Bytes(600, 1))};
    ASSERT_TRUE(limited.send_frame(peer.peer, protocols, pieces).has_value());
    const auto busy = limited.send_frame(peer.peer, protocols, pieces);
    ASSERT_FALSE(busy.has_value());
    EXPECT_EQ(busy.error().code, Code::busy);
    bool has_room = false;
    const int64_t start_ns = network_.now_ns();
    while (!has_room && network_.now_ns() < start_ns + 5 * second_ns) {
        (void)network_.step(network_.now_ns() + second_ns / 10);
        std::vector<Event> events;
        (void)limited.next_events(events, 64, 0);
        if (network_.now_ns() < start_ns + second_ns / 10) continue;
        for (const Event& event : events) {
            has_room = has_room || std::get_if<FramesSent>(&event) != nullptr;
        }
    }
    EXPECT_TRUE(has_room);
    EXPECT_TRUE(limited.send_frame(peer.peer, protocols, pieces).has_value());
}

}  // namespace
}  // namespace kit::p2p
