#include "doors/daemon/activation.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace kit::daemon {
namespace {

using Sockets = std::vector<InheritedSocket>;

TEST(ActivationTest, SocketsComeFromThreeOnWithTheirNames) {
    const auto found = inherited_sockets({"42", "3", "io.ipfs.api:io.ipfs.gateway:other"}, 42);
    ASSERT_TRUE(found) << found.error().to_text();
    EXPECT_EQ(*found, (Sockets{{3, "io.ipfs.api"}, {4, "io.ipfs.gateway"}, {5, "other"}}));
}

TEST(ActivationTest, SocketsOfAnotherProcessAreNotOurs) {
    EXPECT_EQ(inherited_sockets({"43", "1", "io.ipfs.api"}, 42), Sockets());
    EXPECT_EQ(inherited_sockets({"", "1", "io.ipfs.api"}, 42), Sockets());
    EXPECT_EQ(inherited_sockets({"42x", "1", "io.ipfs.api"}, 42), Sockets());
    EXPECT_EQ(inherited_sockets({}, 42), Sockets());
}

TEST(ActivationTest, ASocketWithoutANameIsNamedByItsNumber) {
    EXPECT_EQ(inherited_sockets({"42", "2", "a"}, 42), (Sockets{{3, "a"}, {4, "LISTEN_FD_4"}}));
    EXPECT_EQ(inherited_sockets({"42", "1", ""}, 42), (Sockets{{3, "LISTEN_FD_3"}}));
}

TEST(ActivationTest, ANumberThatMakesNoSenseIsAnError) {
    for (const char* count : {"", "-1", "65", "2 ", "9999999999999"}) {
        EXPECT_FALSE(inherited_sockets({"42", count, ""}, 42)) << count;
    }
}

TEST(ActivationTest, OnlyASocketThatListensIsTaken) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_GE(socket, 0);
    EXPECT_FALSE(check_listens({socket, "silent"}));
    ASSERT_EQ(::listen(socket, 1), -1);  // It has no name yet.
    sockaddr address = {.sa_family = AF_UNIX, .sa_data = {}};
    ASSERT_EQ(::bind(socket, &address, sizeof(sa_family_t)), 0);  // Linux chooses one.
    ASSERT_EQ(::listen(socket, 1), 0);
    EXPECT_TRUE(check_listens({socket, "listening"}));
    ::close(socket);
    EXPECT_FALSE(check_listens({socket, "closed"}));
}

}  // namespace
}  // namespace kit::daemon
