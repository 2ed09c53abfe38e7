#include "node/pubsub.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "node/limits.h"
#include "p2p/simulated_network.h"

namespace kit::node {
namespace {

class PubsubTest : public testing::Test {
protected:
    PubsubTest() : peer_(network_.add_host().id()) {}

    void arrive(const std::string& topic, const std::string& text) {
        hub_.on_message({peer_, topic, to_bytes(as_bytes(text)), {}});
    }
    static std::string next(Pubsub::Subscription& subscription, bool is_cancelled = true) {
        const std::atomic<bool> cancel = is_cancelled;
        const auto message = subscription.next(cancel);
        return message ? std::string(as_text(message->data)) : "cancelled";
    }

    SimulatedClock clock_;
    p2p::SimulatedNetwork network_{clock_, 1, {}};
    p2p::PeerId peer_;
    Pubsub hub_{clock_, network_.host(0)};
};

TEST_F(PubsubTest, EveryListenerGetsEveryMessageOfItsTopicInOrder) {
    const auto first = hub_.subscribe("news").value();
    const auto second = hub_.subscribe("news").value();
    const auto other = hub_.subscribe("weather").value();
    arrive("news", "one");
    arrive("news", "two");
    for (Pubsub::Subscription* const each : {first.get(), second.get()}) {
        EXPECT_EQ(next(*each), "one");
        EXPECT_EQ(next(*each), "two");
        EXPECT_EQ(next(*each), "cancelled");
    }
    EXPECT_EQ(next(*other), "cancelled");
}

TEST_F(PubsubTest, TopicsAreThoseThatSomebodyListensTo) {
    auto first = hub_.subscribe("b").value();
    const auto second = hub_.subscribe("b").value();
    const auto third = hub_.subscribe("a").value();
    EXPECT_EQ(hub_.topics(), (std::vector<std::string>{"a", "b"}));
    first.reset();
    EXPECT_EQ(hub_.topics().size(), 2U);
}

TEST_F(PubsubTest, AListenerThatTakesNothingLosesTheOldestAboveTheBound) {
    const auto listener = hub_.subscribe("news").value();
    for (size_t i = 0; i <= limits::pubsub_waiting_count_max; ++i) {
        arrive("news", std::to_string(i));
    }
    EXPECT_EQ(next(*listener), "1");
}

}  // namespace
}  // namespace kit::node
