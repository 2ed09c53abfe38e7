// The client against answers written out here, over real sockets on loopback.
#include "routing/delegated_router.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "formats/ipns_record.h"
#include "http/server.h"
#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

constexpr std::string_view peer_text = "12D3KooWM8sovaEGU1bmiWGWAzvs47DEcXKZZTuJnpQyVTkRs2Vn";
constexpr std::string_view lines_type = "application/x-ndjson";

std::string record(std::string_view rest = "") {
    return fmt::format(R"({{"Addrs":["/ip4/127.0.0.1/tcp/4001"],"ID":"{}"{},"Schema":"peer"}})",
                       peer_text, rest);
}

struct Canned {
    int status = 200;
    std::string type = {};
    std::string body = {};
};

class DelegatedRouterTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto started = http::Server::start(
            real_env(),
            {{.address = {.host = "127.0.0.1", .port = 0, .unix_path = {}},
              .handler = [this](http::Exchange& exchange) { serve(exchange); }}},
            {});
        ASSERT_TRUE(started) << started.error().message;
        server_ = *std::move(started);
        auto opened = DelegatedRouter::open(clock_, {.endpoint = endpoint() + "/routing/v1/"});
        ASSERT_TRUE(opened) << opened.error().message;
        router_ = *std::move(opened);
    }
    void TearDown() override {
        const std::scoped_lock lock(mutex_);
        is_over_ = true;
        changed_.notify_all();
    }

    std::string endpoint() const { return "http://" + server_->addresses()[0].to_text(); }
    void serve(http::Exchange& exchange) {
        std::string body;
        std::array<uint8_t, 4096> buffer{};
        for (;;) {
            const auto count = exchange.read_body(buffer);
            if (!count || *count == 0) break;
            body += as_text(ByteView(buffer).first(*count));
        }
        std::unique_lock lock(mutex_);
        const http::RequestHead& head = exchange.request();
        asked_ = head.method + " " + head.target + " " + body;
        changed_.wait(lock, [&] { return !is_silent_ || is_over_; });
        exchange.answer(answer_.status, answer_.type, answer_.body);
    }
    void will_answer(Canned answer) {
        const std::scoped_lock lock(mutex_);
        answer_ = std::move(answer);
    }
    std::string asked() {
        const std::scoped_lock lock(mutex_);
        return asked_;
    }
    // How many were found, or the error.
    std::string providers(const Wait& wait = {}) {
        size_t count = 0;
        const auto outcome = router_->find_providers(
            cid_of("x"), 10,
            [&](const PeerAddress&) -> Result<bool> {
                ++count;
                return true;
            },
            wait);
        return outcome ? std::to_string(count) : std::string(code_name(outcome.error().code));
    }

    const Clock& clock_ = real_env().clock;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_silent_ = false;
    bool is_over_ = false;
    std::string asked_;
    Canned answer_;
    std::unique_ptr<http::Server> server_;
    std::unique_ptr<DelegatedRouter> router_;
    const PeerId peer_ = PeerId::from_text(peer_text).value();
};

TEST_F(DelegatedRouterTest, ProvidersAreAskedForByCid) {
    will_answer({.type = std::string(lines_type), .body = record() + "\n"});
    EXPECT_EQ(providers(), "1");
    EXPECT_EQ(asked(), "GET /routing/v1/providers/" + cid_of("x").to_text() +
                           "?filter-protocols=unknown,transport-bitswap ");
    will_answer({.type = "application/json; charset=utf-8",
                 .body = R"({"Providers":[)" + record() + "," + record() + "]}"});
    EXPECT_EQ(providers(), "1");
}

TEST_F(DelegatedRouterTest, ProvidersOfOtherProtocolsArePassedOver) {
    will_answer({.type = std::string(lines_type),
                 .body = record(R"(,"Protocols":["transport-graphsync-filecoinv1"])")});
    EXPECT_EQ(providers(), "0");
    will_answer({.type = std::string(lines_type),
                 .body = record(R"(,"Protocols":["x","transport-bitswap"])")});
    EXPECT_EQ(providers(), "1");
}

TEST_F(DelegatedRouterTest, NobodyIsAnAnswer) {
    will_answer({.type = "application/json", .body = R"({"Providers":null})"});
    EXPECT_EQ(providers(), "0");
    will_answer({.status = 404, .type = "text/plain", .body = "not found"});
    EXPECT_EQ(providers(), "0");
}

TEST_F(DelegatedRouterTest, WhatIsNoAnswerIsAnError) {
    will_answer({.type = "text/html", .body = "<html>"});
    EXPECT_EQ(providers(), "corrupt");
    will_answer({.status = 500, .type = "text/plain", .body = "overloaded"});
    EXPECT_EQ(providers(), "io_error");
    will_answer({.status = 501, .type = "text/plain", .body = ""});
    EXPECT_EQ(providers(), "unsupported");
    will_answer({.type = std::string(lines_type), .body = std::string(2 * MiB, '\n')});
    EXPECT_EQ(providers(), "too_large");
    const std::atomic<bool> cancel = true;
    EXPECT_EQ(providers({.cancel = &cancel}), "cancelled");
}

TEST_F(DelegatedRouterTest, ASilentServerIsLeftAtTheDeadline) {
    {
        const std::scoped_lock lock(mutex_);
        is_silent_ = true;
    }
    const auto outcome = router_->find_peer(peer_, wait_for(clock_, std::chrono::milliseconds(50)));
    EXPECT_EQ(outcome.error().code, Code::timeout);
}

TEST_F(DelegatedRouterTest, PeersAreAskedForByName) {
    will_answer({.type = std::string(lines_type), .body = record()});
    const auto found = router_->find_peer(peer_, {});
    ASSERT_TRUE(found.has_value()) << found.error().to_text();
    EXPECT_EQ(found->addresses.size(), 1U);
    EXPECT_EQ(asked(), "GET /routing/v1/peers/" + peer_.to_cid_text() + " ");
    will_answer({.type = std::string(lines_type), .body = ""});
    EXPECT_EQ(router_->find_peer(peer_, {}).error().code, Code::not_found);
}

TEST_F(DelegatedRouterTest, RecordsOfNamesAreFetchedAndGiven) {
    const Bytes key = formats::ipns_routing_key(peer_);
    std::string found;
    const VisitValue visit = [&](ByteView value) -> Result<bool> {
        found += as_text(value);
        return true;
    };
    will_answer({.type = "application/vnd.ipfs.ipns-record", .body = "record"});
    EXPECT_TRUE(router_->get_values(key, visit, {}).has_value());
    EXPECT_EQ(found, "record");
    EXPECT_EQ(asked(), "GET /routing/v1/ipns/" + peer_.to_cid_text() + " ");
    will_answer({.type = "text/plain", .body = "delegate error: routing: not found"});
    EXPECT_TRUE(router_->get_values(key, visit, {}).has_value());
    EXPECT_EQ(found, "record");
    will_answer({.type = "application/vnd.ipfs.ipns-record", .body = std::string(20'000, 'x')});
    EXPECT_EQ(router_->get_values(key, visit, {}).error().code, Code::too_large);

    will_answer({.status = 200});
    EXPECT_EQ(router_->put_value(key, as_bytes("mine"), {}).value(), 1U);
    EXPECT_EQ(asked(), "PUT /routing/v1/ipns/" + peer_.to_cid_text() + " mine");
    will_answer({.status = 400, .type = "text/plain", .body = "invalid"});
    EXPECT_EQ(router_->put_value(key, as_bytes("mine"), {}).error().code, Code::io_error);
    EXPECT_EQ(router_->get_values(as_bytes("/pk/x"), visit, {}).error().code, Code::unsupported);
}

TEST(DelegatedBaseTest, AnAddressIsReadWithOrWithoutItsPath) {
    EXPECT_EQ(delegated_base("https://a.b").value(), "https://a.b");
    EXPECT_EQ(delegated_base("http://a.b:80/routing/v1/").value(), "http://a.b:80");
    for (const char* text : {"", "a.b", "ftp://a.b", "https://", "https://a.b/other",
                             "https://a.b?x", "https://a.b/routing/v2"}) {
        EXPECT_EQ(delegated_base(text).error().code, Code::invalid_argument) << text;
    }
}

}  // namespace
}  // namespace kit::routing::testing
