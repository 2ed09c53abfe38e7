// The server over real sockets on loopback: what a client sees of it, and what it refuses.
#include "http/server.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "base/env.h"
#include "http/transport.h"

namespace kit::http {
namespace {

constexpr int64_t patience_ns = 20 * limits::second_ns;

// A client that says exactly what it is told.
class RawClient final {
public:
    explicit RawClient(const Address& address)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in name = {};
        name.sin_family = AF_INET;
        name.sin_port = htons(address.port);
        name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket_.number(), reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
    }
    RawClient& send(std::string_view text) {
        EXPECT_EQ(::send(socket_.number(), text.data(), text.size(), MSG_NOSIGNAL),
                  static_cast<ssize_t>(text.size()));
        return *this;
    }
    // Until `mark` has come, or the end.
    std::string read_until(std::string_view mark) {
        std::string all;
        while (all.find(mark) == std::string::npos) {
            char piece[4096];
            if (wait_for(socket_.number(), POLLIN, patience_ns) == 0) {
                ADD_FAILURE() << "nothing came after " << all.substr(0, 300);
                return all;
            }
            const ssize_t count = ::recv(socket_.number(), piece, sizeof(piece), 0);
            if (count <= 0) break;
            all.append(piece, static_cast<size_t>(count));
        }
        return all;
    }
    std::string read_all() { return read_until(std::string_view("\0never", 6)); }
    void end_sending() { ::shutdown(socket_.number(), SHUT_WR); }

private:
    const Descriptor socket_;
};

class ServerTest : public testing::Test {
protected:
    void serve(const Handler& handler, const ServerOptions& options = {}) {
        const Address address = {.host = "127.0.0.1", .port = 0, .unix_path = {}};
        auto started =
            Server::start(real_env(), {{.address = address, .handler = handler}}, options);
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
    }
    RawClient client() { return RawClient(server_->addresses()[0]); }

    std::unique_ptr<Server> server_;
};

void echo(Exchange& exchange) {
    exchange.begin({.status = 200, .headers = {}});
    uint8_t piece[1000];
    for (;;) {
        const auto count = exchange.read_body(piece);
        if (!count) return exchange.abort();
        if (*count == 0) break;
        if (!exchange.write(ByteView(piece).first(*count))) return;
    }
    Headers trailers;
    trailers.add("X-Stream-Error", "none\r\n");
    static_cast<void>(exchange.end(trailers));
}

std::string post(std::string_view fields, std::string_view body) {
    return "POST /x HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n" + std::string(body);
}

TEST_F(ServerTest, AnswersSeveralRequestsOfOneConnection) {
    serve(
        [](Exchange& exchange) { exchange.answer(200, "text/plain", exchange.request().path()); });
    RawClient raw = client();
    raw.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
    raw.send("GET /3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string all = raw.read_all();
    EXPECT_NE(all.find("\r\n\r\n/1HTTP/1.1 200 OK"), std::string::npos) << all;
    EXPECT_NE(all.find("\r\n\r\n/2HTTP/1.1 200 OK"), std::string::npos) << all;
    EXPECT_TRUE(all.ends_with("Connection: close\r\n\r\n/3")) << all;
}

TEST_F(ServerTest, AHeadMayComeByteByByte) {
    serve([](Exchange& exchange) { exchange.answer(200, "text/plain", "ok"); });
    RawClient raw = client();
    for (const char c : std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")) {
        raw.send({&c, 1});
    }
    EXPECT_TRUE(raw.read_all().ends_with("\r\n\r\nok"));
}

TEST_F(ServerTest, ChunksComeBackAsChunksWithATrailer) {
    serve(echo);
    RawClient raw = client();
    raw.send(post("Transfer-Encoding: chunked\r\nConnection: close\r\n",
                  "3;x=y\r\nabc\r\n1\r\nd\r\n0\r\nT: u\r\n\r\n"));
    const std::string all = raw.read_all();
    EXPECT_NE(all.find("abc"), std::string::npos) << all;
    EXPECT_TRUE(all.ends_with("0\r\nX-Stream-Error: none  \r\n\r\n")) << all;
}

TEST_F(ServerTest, AnswersWhileTheBodyStillComes) {
    serve(echo);
    RawClient raw = client();
    raw.send(post("Content-Length: 6\r\n", "abc"));
    EXPECT_NE(raw.read_until("abc").find("3\r\nabc\r\n"), std::string::npos);
    raw.send("def");
    EXPECT_NE(raw.read_until("0\r\nX-").find("def"), std::string::npos);
}

TEST_F(ServerTest, AClientThatReadsNothingUntilAllIsSentIsServed) {
    serve(echo);
    RawClient raw = client();
    const std::string body(12 * MiB, 'x');
    raw.send(
        post("Content-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n", body));
    EXPECT_GT(raw.read_all().size(), body.size());
}

TEST_F(ServerTest, AskedForItTheClientIsToldToContinue) {
    serve(echo);
    RawClient raw = client();
    raw.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
    // The echo begins its answer first: then there is nothing to wait for, and the body is read.
    raw.send("hi");
    EXPECT_NE(raw.read_until("none  \r\n").find("hi"), std::string::npos);
    serve([](Exchange& exchange) {
        uint8_t piece[10];
        const auto count = exchange.read_body(piece);
        exchange.answer(200, "text/plain", as_text(ByteView(piece).first(count.value_or(0))));
    });
    RawClient waiting = client();
    waiting.send(post("Content-Length: 2\r\nExpect: 100-continue\r\n", ""));
    EXPECT_EQ(waiting.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    EXPECT_NE(waiting.send("ho").read_until("ho").find("200 OK"), std::string::npos);
}

TEST_F(ServerTest, MalformedRequestsAreRefusedWithASentence) {
    serve(echo);
    const std::pair<std::string, std::string> cases[] = {
        {"rubbish\r\n\r\n", "400 Bad Request"},
        {"GET / HTTP/2.7\r\nHost: a\r\n\r\n", "400 Bad Request"},
        {"GET / HTTP/1.1\r\nX: " + std::string(limits::input_size_bytes, 'a'), "431 "},
        {post("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), "400 Bad Request"}};
    for (const auto& [request, status] : cases) {
        RawClient raw = client();
        raw.send(request);
        EXPECT_NE(raw.read_all().find("HTTP/1.1 " + status), std::string::npos) << request;
    }
}

TEST_F(ServerTest, ABodyThatEndsEarlyBreaksTheAnswer) {
    serve(echo);
    for (const char* body : {"5\r\nab", "zz\r\n", "2\r\nabc\r\n"}) {
        RawClient raw = client();
        raw.send(post("Transfer-Encoding: chunked\r\n", body)).end_sending();
        EXPECT_EQ(raw.read_all().find("0\r\n\r\n"), std::string::npos) << body;
    }
}

TEST_F(ServerTest, AnUnreadBodyIsReadAwayAndTheConnectionKept) {
    serve([](Exchange& exchange) { exchange.answer(200, "text/plain", "no body wanted"); });
    RawClient raw = client();
    raw.send(post("Content-Length: 100000\r\n", std::string(100'000, 'x')));
    EXPECT_NE(raw.read_until("wanted").find("200 OK"), std::string::npos);
    raw.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(raw.read_all().ends_with("no body wanted"));
}

TEST_F(ServerTest, HeadAnswersHaveNoBody) {
    serve([](Exchange& exchange) { exchange.answer(200, "text/plain", "12345"); });
    RawClient raw = client();
    raw.send("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const std::string all = raw.read_all();
    EXPECT_NE(all.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_TRUE(all.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, MoreClientsThanWorkersMayAllBeWaitedFor) {
    std::atomic<int> inside = 0;
    serve(
        [&](Exchange& exchange) {
            ++inside;
            echo(exchange);
        },
        {.worker_count = 2});
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<RawClient>(server_->addresses()[0]));
        clients.back()->send(post("Content-Length: 2\r\n", "a"));
        EXPECT_NE(clients.back()->read_until("a\r\n").find("200 OK"), std::string::npos);
    }
    EXPECT_EQ(inside, 40);
    for (const auto& each : clients) {
        EXPECT_NE(each->send("b").read_until("none  \r\n").find("\r\nb\r\n"), std::string::npos);
    }
}

TEST_F(ServerTest, StoppingLetsARunningRequestEnd) {
    std::atomic<bool> inside = false;
    std::atomic<bool> go = false;
    serve([&](Exchange& exchange) {
        inside = true;
        go.wait(false);
        exchange.answer(200, "text/plain", "whole");
    });
    RawClient idle = client();
    RawClient raw = client();
    raw.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    while (!inside) std::this_thread::yield();
    std::thread stopper([&] { server_->stop(patience_ns); });
    EXPECT_EQ(idle.read_all(), "");
    go = true;
    go.notify_all();
    EXPECT_TRUE(raw.read_all().ends_with("whole"));
    stopper.join();
}

TEST_F(ServerTest, StoppingBreaksWhoDoesNotEnd) {
    serve(echo);
    RawClient raw = client();
    raw.send(post("Content-Length: 2\r\n", "a"));
    EXPECT_NE(raw.read_until("a\r\n").find("200 OK"), std::string::npos);
    server_->stop(0);
    EXPECT_EQ(raw.read_all().find("0\r\n\r\n"), std::string::npos);
}

TEST_F(ServerTest, AnAddressInUseIsNamed) {
    serve(echo);
    const Address taken = server_->addresses()[0];
    const auto second = Server::start(real_env(), {{.address = taken, .handler = echo}}, {});
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Code::busy);
    EXPECT_NE(second.error().message.find(taken.to_text()), std::string::npos);
}

TEST_F(ServerTest, AUnixSocketWhoseOwnerDiedIsTakenOver) {
    const Path path = testing::TempDir() + "/kit_http_" + std::to_string(::getpid());
    const Address address = {.host = {}, .port = 0, .unix_path = path};
    for (int round = 0; round < 2; ++round) {
        auto listening = listen_at(address);
        ASSERT_TRUE(listening) << listening.error().message;
        EXPECT_EQ(listen_at(address).error().code, Code::busy);
    }
    ::unlink(path.c_str());
}

}  // namespace
}  // namespace kit::http
