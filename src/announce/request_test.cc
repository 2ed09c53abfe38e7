// Calls that wait: they run on threads of their own while the simulated network goes on.
#include <gtest/gtest.h>

#include "announce/test_network.h"

namespace kit::announce {
namespace {

using testing::cid_of;
using testing::second_ns;
using testing::TestNetwork;

class Requests : public ::testing::Test {
protected:
    // Waits for a connection to somebody who has it.
    Fetch fetch_of(const Cid& cid) {
        return [this, cid](const AskPeers& round,
                           const std::function<bool()>& is_over) -> Result<void> {
            std::mutex mutex;
            std::condition_variable changed;
            std::unique_lock lock(mutex);
            const int64_t until_ns =
                nodes_.clock.monotonic_ns() + round.patience.count() * 1'000'000;
            while (nodes_.clock.monotonic_ns() < until_ns && !is_over()) {
                if (nodes_.find_sender(0, cid, round) != nullptr) return {};
                nodes_.clock.wait(changed, lock, nodes_.clock.monotonic_ns() + second_ns / 20);
            }
            return fail(Code::timeout, "no block came");
        };
    }
    Result<void> request(const Cid& cid, int64_t deadline_ns, RequestOptions options = {}) {
        options.patience.until_monotonic_ns = nodes_.clock.monotonic_ns() + deadline_ns;
        Result<void> result;
        nodes_.run_beside([&] { result = nodes_[0]->request(cid, options, fetch_of(cid)); });
        return result;
    }

    TestNetwork nodes_{3};
};

TEST_F(Requests, SucceedWhenSomebodySends) {
    nodes_[2].hold(cid_of("a"));
    const auto result = request(cid_of("a"), 10 * second_ns);
    EXPECT_TRUE(result) << result.error().to_text();
}

TEST_F(Requests, EndAtTheirDeadlineWithASentence) {
    const int64_t start_ns = nodes_.clock.monotonic_ns();
    const auto result = request(cid_of("a"), 5 * second_ns);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::timeout);
    EXPECT_TRUE(result.error().message.starts_with("nobody offered bafk"));
    EXPECT_GE(nodes_.clock.monotonic_ns() - start_ns, 5 * second_ns);
    EXPECT_LE(nodes_.clock.monotonic_ns() - start_ns, 6 * second_ns);
}

TEST_F(Requests, SayHowManyPromisedAndDidNotSend) {
    nodes_[1].is_liar = nodes_[2].is_liar = true;
    const auto result = request(cid_of("a"), 8 * second_ns);
    ASSERT_FALSE(result);
    EXPECT_TRUE(result.error().message.ends_with("2 peers said to have it"))
        << result.error().message;
}

TEST_F(Requests, EndWithWhatTimeCannotMend) {
    nodes_[2].hold(cid_of("a"));
    Result<void> result;
    nodes_.run_beside([&] {
        const RequestOptions options = {
            .patience = {.until_monotonic_ns = nodes_.clock.monotonic_ns() + 60 * second_ns}};
        result = nodes_[0]->request(cid_of("a"), options, [](const AskPeers&, const auto&) {
            return fail(Code::storage_full, "the disk is full");
        });
    });
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Code::storage_full);
}

TEST_F(Requests, EndWhenTheirCallerCancelsOrTheNetworkStops) {
    const std::atomic<bool> cancel = true;
    const auto cancelled = request(cid_of("a"), 60 * second_ns, {.patience = {.cancel = &cancel}});
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, Code::cancelled);
    nodes_[0]->stop();
    const auto stopped = request(cid_of("a"), 60 * second_ns);
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().code, Code::cancelled);
}

TEST_F(Requests, TellOfEachRound) {
    nodes_[2].hold(cid_of("a"));
    std::vector<PeerId> asked;
    const auto result = request(cid_of("a"), 10 * second_ns,
                                {.on_round = [&](const AskPeers& round) -> Result<void> {
                                    for (const auto& peer : round.peers) {
                                        asked.push_back(peer.peer);
                                    }
                                    return {};
                                }});
    EXPECT_TRUE(result);
    EXPECT_EQ(asked, std::vector<PeerId>{nodes_[2].host().id()});
}

TEST_F(Requests, WhoWatchesIsToldOnce) {
    std::vector<News> news;
    nodes_.run_beside([&] {
        (void)nodes_[1]->announce({.cid = cid_of("a"), .name = "new"});
        const Patience patience = {.until_monotonic_ns =
                                       nodes_.clock.monotonic_ns() + 5 * second_ns};
        news = nodes_[0]->next_news(0, patience).value();
    });
    ASSERT_EQ(news.size(), 1U);
    EXPECT_EQ(news[0].kind, NewsKind::content);
    EXPECT_EQ(news[0].announcement->name, "new");
    nodes_.run_beside([&] {
        const Patience patience = {.until_monotonic_ns =
                                       nodes_.clock.monotonic_ns() + 5 * second_ns};
        news = nodes_[0]->next_news(news[0].sequence, patience).value();
    });
    EXPECT_TRUE(news.empty());
}

}  // namespace
}  // namespace kit::announce
