#include "doors/daemon/listen_address.h"

#include <gtest/gtest.h>

namespace kit::daemon {
namespace {

TEST(ListenAddressTest, MultiaddrsOfTcpAndUnixSocketsAreUnderstood) {
    for (const char* text : {"/ip4/127.0.0.1/tcp/5001", "/ip6/::1/tcp/0", "/unix/run/kit.sock"}) {
        const auto address = listen_address(text);
        ASSERT_TRUE(address) << address.error().message;
        EXPECT_EQ(multiaddr_text(*address), text);
    }
    EXPECT_EQ(listen_address("/dns4/localhost/tcp/80/http")->host, "localhost");
}

TEST(ListenAddressTest, OthersAreRefusedWithWhatIsWanted) {
    for (const char* text : {"", "127.0.0.1:5001", "/ip4/127.0.0.1", "/ip4/127.0.0.1/udp/1/quic",
                             "/ip4/127.0.0.1/tcp/99999"}) {
        const auto address = listen_address(text);
        ASSERT_FALSE(address) << text;
        EXPECT_EQ(address.error().code, Code::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace kit::daemon
