#include "p2p/event_queue.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/simulated_env.h"

namespace kit::p2p {
namespace {

PeerId peer(uint8_t number) {
    const ByteView piece(&number, 1);
    return PeerId::from_bytes(formats::sha2_256(std::span(&piece, 1)).bytes()).value();
}

class EventQueueTest : public ::testing::Test {
protected:
    size_t take(size_t count_max, int64_t until_ns = 0) {
        events_.clear();
        return queue_.take(events_, count_max, until_ns).value_or(SIZE_MAX);
    }

    SimulatedClock clock_;
    EventQueue queue_{clock_, 3};
    std::vector<Event> events_;
};

TEST_F(EventQueueTest, GivesEventsInTheirOrder) {
    for (uint8_t i = 0; i < 3; ++i) queue_.push(PeerDisconnected{peer(i)});
    EXPECT_FALSE(queue_.has_room());
    EXPECT_EQ(take(2), 2U);
    EXPECT_EQ(std::get<PeerDisconnected>(events_[1]).peer, peer(1));
    EXPECT_EQ(take(9), 1U);
    EXPECT_EQ(take(9), 0U);
}

TEST_F(EventQueueTest, KeepsOneFramesSentOfAPeer) {
    queue_.push(FramesSent{peer(1), 500});
    queue_.push(FramesSent{peer(2), 7});
    queue_.push(FramesSent{peer(1), 100});
    ASSERT_EQ(take(9), 2U);
    EXPECT_EQ(std::get<FramesSent>(events_[0]).unsent_bytes, 100U);
    queue_.push(FramesSent{peer(1), 0});
    EXPECT_EQ(take(9), 1U);
}

TEST_F(EventQueueTest, WakeReachesTheOneThatWaits) {
    std::thread waker([&] {
        clock_.await_waiters(1);
        queue_.wake();
    });
    EXPECT_EQ(take(1, INT64_MAX), 0U);
    waker.join();
    queue_.wake();  // Before waiting counts as well.
    EXPECT_EQ(take(1, INT64_MAX), 0U);
}

TEST_F(EventQueueTest, WaitsUntilTheClockSaysSo) {
    std::thread time([&] {
        clock_.await_waiters(1);
        clock_.advance(std::chrono::seconds(1));
    });
    EXPECT_EQ(take(1, 1'000'000'000), 0U);
    time.join();
}

TEST_F(EventQueueTest, AfterClosingNothingIsTaken) {
    queue_.push(PeerDisconnected{peer(1)});
    queue_.close();
    queue_.push(PeerDisconnected{peer(2)});
    const auto taken = queue_.take(events_, 1, INT64_MAX);
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error().code, Code::cancelled);
}

}  // namespace
}  // namespace kit::p2p
