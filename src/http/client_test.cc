// The client against the server of this room, over real sockets on loopback.
#include "http/client.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "http/server.h"
#include "http/transport.h"

namespace kit::http {
namespace {

// Keeps what comes.
class Kept final : public AnswerReader {
public:
    Result<void> begin(const ResponseHead& head) override {
        head_ = head;
        ++begin_count_;
        return {};
    }
    Result<void> bytes(ByteView bytes) override {
        body_ += as_text(bytes);
        if (on_bytes_) return on_bytes_();
        return {};
    }
    Result<void> end(const Headers& trailers) override {
        trailers_ = trailers;
        has_ended_ = true;
        return {};
    }

    ResponseHead head_;
    int begin_count_ = 0;
    std::string body_;
    Headers trailers_;
    bool has_ended_ = false;
    std::function<Result<void>()> on_bytes_;
};

class ClientTest : public testing::Test {
protected:
    void serve(Handler handler,
               Address address = {.host = "127.0.0.1", .port = 0, .unix_path = {}}) {
        auto started = Server::start(
            real_env(), {{.address = std::move(address), .handler = std::move(handler)}}, {});
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
    }
    std::string url(std::string_view path = "/x") const {
        return "http://" + server_->addresses()[0].to_text() + std::string(path);
    }
    Result<void> send(const ClientRequest& request) {
        if (!client_) client_ = std::move(Client::create({})).value();
        kept_ = {};
        return client_->send(request, kept_, cancel_);
    }

    std::atomic<bool> may_end_ = false;  // Outlives the server, whose handler waits for it.
    std::unique_ptr<Server> server_;
    std::unique_ptr<Client> client_;
    Kept kept_;
    std::atomic<bool> cancel_ = false;
};

void echo(Exchange& exchange) {
    ResponseHead head = {.status = 200, .headers = {}};
    head.headers.add("Trailer", "X-Stream-Error");
    head.headers.add("X-Method", exchange.request().method);
    head.headers.add("X-Sent", std::string(exchange.request().headers.find("X-Sent").value_or("")));
    exchange.begin(std::move(head));
    Bytes piece(10'000);
    for (;;) {
        const auto count = exchange.read_body(piece);
        if (!count) return exchange.abort();
        if (*count == 0) break;
        if (!exchange.write(ByteView(piece).first(*count))) return;
        if (!exchange.flush()) return;
    }
    Headers trailers;
    trailers.add("X-Stream-Error", "at the end: nothing");
    static_cast<void>(exchange.end(trailers));
}

// A body that gives `text` in pieces of at most `piece_size`.
ReadBody body_of(std::string text, size_t piece_size) {
    return [text = std::move(text), piece_size, at = size_t{0}](std::span<uint8_t> out) mutable {
        const size_t count = std::min({out.size(), piece_size, text.size() - at});
        std::copy_n(text.begin() + static_cast<ptrdiff_t>(at), count, out.begin());
        at += count;
        return Result<size_t>(count);
    };
}

TEST_F(ClientTest, ABodyComesBackWithFieldsAndTrailers) {
    serve(echo);
    ClientRequest request{.url = url(), .body = body_of("hello world", 4)};
    request.headers.add("X-Sent", "this");
    const auto sent = send(request);
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(kept_.head_.status, 200);
    EXPECT_EQ(kept_.head_.headers.find("x-sent"), "this");
    EXPECT_EQ(kept_.body_, "hello world");
    EXPECT_EQ(kept_.trailers_.find("X-Stream-Error"), "at the end: nothing");
    EXPECT_TRUE(kept_.has_ended_);
}

TEST_F(ClientTest, SeveralRequestsGoOneAfterTheOther) {
    serve([](Exchange& exchange) {
        exchange.answer(200, "text/plain",
                        exchange.request().method + " " + exchange.request().target);
    });
    for (const char* method : {"POST", "GET", "PUT"}) {
        const auto sent = send({.method = method, .url = url("/a?b=c%20d")});
        ASSERT_TRUE(sent) << sent.error().message;
        EXPECT_EQ(kept_.body_, std::string(method) + " /a?b=c%20d");
        EXPECT_EQ(kept_.begin_count_, 1);
    }
}

// The echo sends back what it has before it reads more: whoever sends all first waits for ever
// once the buffers between are full.
TEST_F(ClientTest, TheAnswerIsTakenWhileTheBodyGoesOut) {
    serve(echo);
    const std::string body(20 * MiB, 'y');
    const auto sent = send({.url = url(), .body = body_of(body, 1 * MiB)});
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(kept_.body_.size(), body.size());
}

TEST_F(ClientTest, AnErrorThatComesBeforeTheBodyIsTakenIsAnAnswer) {
    serve([](Exchange& exchange) { exchange.answer(500, "application/json", "{\"a\":1}"); });
    const auto sent = send({.url = url(), .body = body_of(std::string(200'000, 'z'), 100'000)});
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(kept_.head_.status, 500);
    EXPECT_EQ(kept_.body_, "{\"a\":1}");
}

TEST_F(ClientTest, UnixSocketsAreServersToo) {
    const Path path = "/tmp/kit-client-test-" + std::to_string(::getpid()) + ".sock";
    serve(echo, {.host = {}, .port = 0, .unix_path = path});
    const auto sent =
        send({.url = "http://unix/x", .unix_path = path, .body = body_of("over the socket", 100)});
    ASSERT_TRUE(sent) << sent.error().message;
    EXPECT_EQ(kept_.body_, "over the socket");
    server_->stop(0);
    ::unlink(path.c_str());
    bool is_asked = false;
    const auto refused = send({.url = "http://unix/x",
                               .unix_path = path,
                               .body = [&](std::span<uint8_t>) -> Result<size_t> {
                                   is_asked = true;
                                   return 0;
                               }});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::offline);
    EXPECT_FALSE(is_asked);
}

TEST_F(ClientTest, NobodyThereIsOffline) {
    serve(echo);
    const std::string where = url();
    server_->stop(0);
    server_.reset();
    const auto sent = send({.url = where});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Code::offline) << sent.error().message;
    EXPECT_TRUE(sent.error().message.starts_with("dial tcp 127.0.0.1:"));
}

TEST_F(ClientTest, WhatTheBodyFailsWithIsTheOutcome) {
    serve(echo);
    const auto sent = send({.url = url(), .body = [](std::span<uint8_t>) -> Result<size_t> {
                                return fail(Code::not_found, "the file went away");
                            }});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().message, "the file went away");
    EXPECT_FALSE(kept_.has_ended_);
}

TEST_F(ClientTest, AnAnswerThatBreaksOffIsAFailure) {
    serve([](Exchange& exchange) {
        exchange.begin({.status = 200, .headers = {}});
        static_cast<void>(exchange.write(as_bytes("half")));
        static_cast<void>(exchange.flush());
        exchange.abort();
    });
    const auto sent = send({.url = url()});
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Code::io_error);
    EXPECT_FALSE(kept_.has_ended_);
}

TEST_F(ClientTest, ACancelEndsTheWait) {
    serve([&](Exchange& exchange) {
        exchange.may_take_long();
        exchange.begin({.status = 200, .headers = {}});
        static_cast<void>(exchange.write(as_bytes("and now")));
        static_cast<void>(exchange.flush());
        may_end_.wait(false);
    });
    kept_.on_bytes_ = nullptr;
    client_ = std::move(Client::create({})).value();
    kept_.on_bytes_ = [&]() -> Result<void> {
        cancel_ = true;
        return {};
    };
    const auto sent = client_->send({.url = url()}, kept_, cancel_);
    may_end_ = true;
    may_end_.notify_all();
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code, Code::cancelled);
    EXPECT_EQ(kept_.body_, "and now");
}

}  // namespace
}  // namespace kit::http
