// Tunnels between two real hosts: a client and a server of TCP that know nothing of peers.
#include "p2p/forward.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <atomic>

#include "p2p/shim_test_host.h"
#include "p2p/socket_address.h"

namespace kit::p2p {
namespace {

const std::string protocol = "/x/test";

Multiaddr address(std::string_view text) {
    return Multiaddr::from_text(text).value();
}

class ForwardTest : public testing::Test {
protected:
    ForwardTest()
        : far_tunnels_(open(far_)),
          near_tunnels_(open(near_)),
          service_(listen_at(address("/ip4/127.0.0.1/tcp/0")).value()) {}

    static std::unique_ptr<Forward> open(RunningHost& host) {
        return Forward::open(real_env().clock, host->open_port().value(), host->id()).value();
    }

    // Peers of `far_` reach the service, and what connects to the address that is returned does.
    Multiaddr lead(bool reports_peer = false) {
        const Multiaddr target = bound_address(service_.number());
        EXPECT_TRUE(far_tunnels_->listen(protocol, target, reports_peer).has_value());
        auto made =
            near_tunnels_->forward(protocol, address("/ip4/127.0.0.1/tcp/0"), far_.address());
        EXPECT_TRUE(made.has_value());
        return made->listen;
    }

    static Descriptor connect(const Multiaddr& where) {
        const auto at = to_socket_address(where).value();
        Descriptor made(::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        EXPECT_EQ(::connect(made.number(), at.pointer(), at.size), 0);
        return made;
    }

    // The service's next connection.
    Descriptor accept() {
        const int flags = ::fcntl(service_.number(), F_GETFL);
        ::fcntl(service_.number(), F_SETFL, flags & ~O_NONBLOCK);
        return Descriptor(::accept4(service_.number(), nullptr, nullptr, SOCK_CLOEXEC));
    }

    static void say(const Descriptor& socket, std::string_view words) {
        ASSERT_EQ(::send(socket.number(), words.data(), words.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(words.size()));
    }

    static std::string hear(const Descriptor& socket, size_t size) {
        std::string heard(size, '\0');
        const ssize_t got = ::recv(socket.number(), heard.data(), size, MSG_WAITALL);
        heard.resize(got < 0 ? 0 : static_cast<size_t>(got));
        return heard;
    }

    // Tunnels end a little after their sockets.
    static bool has_tunnels(const Forward& tunnels, size_t count) {
        const Clock& clock = real_env().clock;
        const int64_t until_ns = clock.monotonic_ns() + std::chrono::nanoseconds(patience).count();
        while (tunnels.tunnels().size() != count) {
            if (clock.monotonic_ns() > until_ns) return false;
            std::this_thread::yield();
        }
        return true;
    }

    RunningHost far_;
    RunningHost near_;
    std::unique_ptr<Forward> far_tunnels_;
    std::unique_ptr<Forward> near_tunnels_;
    Descriptor service_;
};

TEST_F(ForwardTest, ATunnelCarriesWordsBothWaysAndEnds) {
    const Multiaddr entrance = lead();
    Descriptor client = connect(entrance);
    say(client, "question");
    Descriptor served = accept();
    EXPECT_EQ(hear(served, 8), "question");
    say(served, "answer");
    EXPECT_EQ(hear(client, 6), "answer");
    ASSERT_TRUE(has_tunnels(*near_tunnels_, 1));
    const Tunnel shown = near_tunnels_->tunnels().front();
    EXPECT_EQ(shown.protocol, protocol);
    EXPECT_EQ(shown.origin, bound_address(client.number()));
    EXPECT_EQ(shown.target.to_text(), "/p2p/" + far_->id().to_text());
    ::shutdown(client.number(), SHUT_WR);
    EXPECT_EQ(hear(served, 1), "");
    say(served, "late");
    served = Descriptor();
    EXPECT_EQ(hear(client, 10), "late");
    EXPECT_TRUE(has_tunnels(*near_tunnels_, 0));
    EXPECT_TRUE(has_tunnels(*far_tunnels_, 0));
}

TEST_F(ForwardTest, ThePeerIsReportedFirst) {
    const Descriptor client = connect(lead(true));
    say(client, "x");
    const Descriptor served = accept();
    const std::string expected = near_->id().to_text() + "\nx";
    EXPECT_EQ(hear(served, expected.size()), expected);
}

TEST_F(ForwardTest, ListenersAreListedAndClosed) {
    const Multiaddr entrance = lead();
    ASSERT_EQ(near_tunnels_->listeners().size(), 1U);
    const TunnelListener shown = near_tunnels_->listeners().front();
    EXPECT_EQ(shown.listen, entrance);
    EXPECT_EQ(shown.target.to_text(), "/p2p/" + far_->id().to_text());
    EXPECT_EQ(far_tunnels_->listeners().front().listen.to_text(), "/p2p/" + far_->id().to_text());
    EXPECT_FALSE(far_tunnels_->listen(protocol, entrance, false).has_value());
    EXPECT_EQ(near_tunnels_->close({.protocol = "/x/other"}), 0U);
    std::thread closing([&] { EXPECT_EQ(near_tunnels_->close({.listen = entrance}), 1U); });
    EXPECT_TRUE(near_tunnels_->wait_closed(shown.number, {}).has_value());
    closing.join();
    EXPECT_EQ(far_tunnels_->close({}), 1U);
    EXPECT_TRUE(far_tunnels_->listen(protocol, entrance, false).has_value());
}

TEST_F(ForwardTest, ATunnelToNobodyIsClosed) {
    // The peer is there and speaks no such protocol.
    const auto made =
        near_tunnels_->forward(protocol, address("/ip4/127.0.0.1/tcp/0"), far_.address());
    ASSERT_TRUE(made.has_value());
    const Descriptor refused = connect(made->listen);
    EXPECT_EQ(hear(refused, 1), "");
    // It speaks it, and nobody is behind it.
    const Multiaddr target = bound_address(service_.number());
    service_ = Descriptor();
    ASSERT_TRUE(far_tunnels_->listen(protocol, target, false).has_value());
    const Descriptor lost = connect(made->listen);
    EXPECT_EQ(hear(lost, 1), "");
}

TEST_F(ForwardTest, ATunnelCanBeCutOff) {
    const Multiaddr entrance = lead();
    const Descriptor client = connect(entrance);
    say(client, "x");
    const Descriptor served = accept();
    EXPECT_EQ(hear(served, 1), "x");
    ASSERT_TRUE(has_tunnels(*near_tunnels_, 1));
    EXPECT_TRUE(near_tunnels_->close_tunnel(near_tunnels_->tunnels().front().number).has_value());
    EXPECT_EQ(hear(client, 1), "");
    EXPECT_EQ(hear(served, 1), "");
    EXPECT_FALSE(near_tunnels_->close_tunnel(999).has_value());
}

TEST_F(ForwardTest, AUnixSocketIsAnEntranceToo) {
    lead();
    const std::string path = testing::TempDir() + "kit_forward_test.sock";
    ::unlink(path.c_str());
    const auto made = near_tunnels_->forward(protocol, address("/unix" + path), far_.address());
    ASSERT_TRUE(made.has_value()) << made.error().to_text();
    EXPECT_EQ(made->listen.to_text(), "/unix" + path);
    const Descriptor client = connect(made->listen);
    say(client, "by path");
    const Descriptor served = accept();
    EXPECT_EQ(hear(served, 7), "by path");
    near_tunnels_->close({.listen = made->listen});
    struct stat info{};
    EXPECT_NE(::stat(path.c_str(), &info), 0);
}

TEST_F(ForwardTest, AServedProtocolComesAsASocket) {
    std::atomic<int> served{-1};
    ASSERT_TRUE(far_tunnels_
                    ->serve("/http/1.1",
                            [&](Descriptor socket, const PeerId& peer) {
                                EXPECT_EQ(peer, near_->id());
                                served = socket.release();
                                served.notify_one();
                            })
                    .has_value());
    const std::vector<std::string> names{"/http/1.1"};
    const auto stream = near_->open_stream(far_.address(), names, patience);
    ASSERT_TRUE(stream.has_value());
    ASSERT_TRUE((*stream)->write(as_bytes("GET"), patience).has_value());
    served.wait(-1);
    const Descriptor socket(served.load());
    EXPECT_EQ(hear(socket, 3), "GET");
}

TEST_F(ForwardTest, ManyTunnelsNeedNoThreadsOfTheirOwn) {
    const Multiaddr entrance = lead();
    const auto threads = [] {
        struct stat info{};
        ::stat("/proc/self/task", &info);
        return info.st_nlink;
    };
    std::vector<Descriptor> clients;
    std::vector<Descriptor> served;
    auto before = threads();
    for (int i = 0; i < 200; ++i) {
        // The first starts what all share.
        if (i == 1) before = threads();
        clients.push_back(connect(entrance));
        say(clients.back(), "x");
        served.push_back(accept());
        EXPECT_EQ(hear(served.back(), 1), "x");
    }
    EXPECT_TRUE(has_tunnels(*near_tunnels_, 200));
    EXPECT_EQ(threads(), before);
}

TEST(SocketAddressTest, OnlySocketsOfThisMachineAreTaken) {
    for (const char* text : {"/ip4/127.0.0.1/tcp/80", "/ip6/::1/tcp/80", "/unix/tmp/socket"}) {
        EXPECT_TRUE(to_socket_address(address(text)).has_value()) << text;
    }
    for (const char* text : {"/ip4/127.0.0.1", "/ip4/127.0.0.1/udp/80", "/dns4/localhost/tcp/80",
                             "/ip4/127.0.0.1/tcp/80/ws"}) {
        EXPECT_FALSE(to_socket_address(address(text)).has_value()) << text;
    }
    const std::string longer = "/unix/" + std::string(200, 'x');
    EXPECT_FALSE(to_socket_address(address(longer)).has_value());
}

}  // namespace
}  // namespace kit::p2p
