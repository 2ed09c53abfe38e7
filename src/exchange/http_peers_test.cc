// Gateways that answer, refuse, fail and lie: real sockets on loopback.
#include "exchange/http_peers.h"

#include <gtest/gtest.h>

#include <map>

#include "base/env.h"
#include "formats/multihash.h"
#include "http/server.h"

namespace kit::exchange {
namespace {

Cid cid_of_text(std::string_view text) {
    const ByteView body = as_bytes(text);
    return Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&body, 1)));
}

PeerId peer_named(std::string_view name) {
    const ByteView body = as_bytes(name);
    auto peer = PeerId::from_bytes(formats::sha2_256(std::span(&body, 1)).bytes());
    EXPECT_TRUE(peer.has_value());
    return *peer;
}

class HttpPeersTest : public ::testing::Test {
protected:
    HttpPeersTest() {
        auto server = http::Server::start(
            real_env(),
            {{.address = {.host = "127.0.0.1", .port = 0, .unix_path = {}},
              .handler = [this](http::Exchange& exchange) { answer(exchange); }}},
            {});
        EXPECT_TRUE(server.has_value());
        server_ = *std::move(server);
        url_ = "http://" + server_->addresses()[0].to_text();
        EXPECT_TRUE(peers_.add(peer_, url_ + "/"));
    }

    void answer(http::Exchange& exchange) {
        const http::RequestHead& request = exchange.request();
        {
            const std::scoped_lock lock(mutex_);
            requests_.push_back(request.method + " " + request.target);
        }
        const auto found = held_.find(std::string(request.path()));
        if (found == held_.end()) return exchange.answer(status_otherwise_, "text/plain", "none");
        exchange.answer(200, "application/vnd.ipld.raw", found->second);
    }
    void hold(const Cid& cid, std::string body) { held_["/ipfs/" + cid.to_text()] = body; }
    static bitswap::Message asking(const Cid& cid, bitswap::WantType type) {
        bitswap::Message message;
        message.wants.push_back({cid, 1, false, type, true});
        return message;
    }
    // The next answer, or the next peer that has gone.
    bitswap::Message wait_for_answer() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !answers_.empty(); });
        bitswap::Message answer = std::move(answers_.front());
        answers_.pop_front();
        return answer;
    }
    std::string wait_for_end() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return !gone_.empty(); });
        return gone_;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<bitswap::Message> answers_;
    std::string gone_;
    std::vector<std::string> requests_;
    std::map<std::string, std::string> held_;
    int status_otherwise_ = 404;
    std::unique_ptr<http::Server> server_;
    std::string url_;
    const PeerId peer_ = peer_named("gateway");
    HttpPeers peers_{2,
                     1024,
                     {.on_answer =
                          [this](const PeerId&, bitswap::Message message) {
                              const std::scoped_lock lock(mutex_);
                              answers_.push_back(std::move(message));
                              changed_.notify_all();
                          },
                      .on_gone =
                          [this](const PeerId&, const std::string& reason) {
                              const std::scoped_lock lock(mutex_);
                              gone_ = reason;
                              changed_.notify_all();
                          }}};
};

TEST_F(HttpPeersTest, ABlockComesWithThePrefixOfItsCid) {
    const Cid cid = cid_of_text("hello");
    hold(cid, "hello");
    EXPECT_TRUE(peers_.send(peer_, asking(cid, bitswap::WantType::block)));
    const bitswap::Message answer = wait_for_answer();
    ASSERT_EQ(answer.blocks.size(), 1U);
    EXPECT_EQ(as_text(answer.blocks[0].data.view()), "hello");
    const auto named = bitswap::cid_of(answer.blocks[0]);
    ASSERT_TRUE(named.has_value());
    EXPECT_EQ(*named, cid);
    EXPECT_EQ(requests_, std::vector<std::string>{"GET /ipfs/" + cid.to_text() + "?format=raw"});
}

TEST_F(HttpPeersTest, AskingWhetherItIsThereFetchesNothing) {
    const Cid cid = cid_of_text("hello");
    hold(cid, "hello");
    peers_.send(peer_, asking(cid, bitswap::WantType::have));
    bitswap::Message answer = wait_for_answer();
    ASSERT_EQ(answer.presences.size(), 1U);
    EXPECT_TRUE(answer.presences[0].is_held);
    peers_.send(peer_, asking(cid_of_text("other"), bitswap::WantType::have));
    answer = wait_for_answer();
    ASSERT_EQ(answer.presences.size(), 1U);
    EXPECT_FALSE(answer.presences[0].is_held);
    EXPECT_TRUE(requests_[0].starts_with("HEAD "));
}

TEST_F(HttpPeersTest, WhatIsNotThereOrTooLargeIsSaidToBeAbsent) {
    const Cid large = cid_of_text("large");
    hold(large, std::string(2000, 'x'));
    for (const Cid& cid : {large, cid_of_text("absent")}) {
        peers_.send(peer_, asking(cid, bitswap::WantType::block));
        const bitswap::Message answer = wait_for_answer();
        EXPECT_TRUE(answer.blocks.empty());
        ASSERT_EQ(answer.presences.size(), 1U);
        EXPECT_FALSE(answer.presences[0].is_held);
    }
}

TEST_F(HttpPeersTest, AGatewayThatFailsThreeTimesIsForgotten) {
    status_otherwise_ = 503;
    for (int i = 0; i < 3; ++i) {
        peers_.send(peer_, asking(cid_of_text("absent"), bitswap::WantType::block));
        EXPECT_FALSE(wait_for_answer().presences[0].is_held);
    }
    EXPECT_EQ(wait_for_end(), "status 503");
    EXPECT_FALSE(peers_.send(peer_, asking(cid_of_text("a"), bitswap::WantType::block)));
}

TEST_F(HttpPeersTest, StrangersAreNoGateways) {
    EXPECT_FALSE(peers_.send(peer_named("other"), {}));
    EXPECT_FALSE(peers_.add(peer_, url_));
}

TEST_F(HttpPeersTest, NobodyListensAndNobodyWaits) {
    const PeerId deaf = peer_named("deaf");
    EXPECT_TRUE(peers_.add(deaf, "http://127.0.0.1:1"));
    for (int i = 0; i < 3; ++i) {
        peers_.send(deaf, asking(cid_of_text("a"), bitswap::WantType::block));
        EXPECT_FALSE(wait_for_answer().presences[0].is_held);
    }
    EXPECT_NE(wait_for_end(), "");
}

}  // namespace
}  // namespace kit::exchange
