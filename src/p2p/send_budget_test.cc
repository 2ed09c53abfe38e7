#include "p2p/send_budget.h"

#include <gtest/gtest.h>

#include "base/simulated_env.h"
#include "formats/key.h"

namespace kit::p2p {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
const std::string bitswap = "/ipfs/bitswap/1.2.0";
const std::string chat = "/x/chat";

class SendBudgetTest : public testing::Test {
protected:
    PeerId new_peer() {
        return PeerId::of(
            formats::PrivateKey::generate(formats::KeyType::ed25519, random_).value().public_key());
    }
    // How many bytes leave in `seconds` when there is always more to send.
    uint64_t sent_in(SendBudget& budget, const PeerId& peer, const std::string& protocol,
                     size_t size, int64_t seconds) {
        const int64_t end_ns = now_ns_ + seconds * second_ns;
        uint64_t sent = 0;
        while (now_ns_ < end_ns) {
            const int64_t ready_ns = budget.ask(peer, protocol, size, now_ns_);
            if (ready_ns <= now_ns_) sent += size;
            now_ns_ = std::max(now_ns_, ready_ns);
        }
        now_ns_ = end_ns;
        return sent;
    }

    SimulatedRandom random_{1};
    PeerId peer_ = new_peer();
    int64_t now_ns_ = 17 * second_ns;
};

TEST_F(SendBudgetTest, WithoutLimitsAllLeavesAtOnce) {
    SendBudget budget({});
    EXPECT_EQ(budget.ask(peer_, bitswap, SIZE_MAX / 2, now_ns_), now_ns_);
}

TEST_F(SendBudgetTest, InTheLongRunTheRateIsKept) {
    SendBudget budget({.bytes_per_s = 1'000'000});
    const uint64_t sent = sent_in(budget, peer_, chat, 1000, 10);
    EXPECT_GE(sent, 10'500'000U);  // The bucket was full.
    EXPECT_LE(sent, 11'001'000U);
}

TEST_F(SendBudgetTest, AFrameLargerThanTheBucketLeavesAndIsPaidFor) {
    SendBudget budget({.bytes_per_s = 1000});
    EXPECT_EQ(budget.ask(peer_, chat, 10'000, now_ns_), now_ns_);
    const int64_t ready_ns = budget.ask(peer_, chat, 1000, now_ns_);
    EXPECT_GE(ready_ns, now_ns_ + 10 * second_ns);
    EXPECT_LE(ready_ns, now_ns_ + 11 * second_ns);
}

TEST_F(SendBudgetTest, EachPeerHasItsOwn) {
    SendBudget budget({.peer_bytes_per_s = 1000});
    EXPECT_EQ(budget.ask(peer_, chat, 1000, now_ns_), now_ns_);
    EXPECT_GT(budget.ask(peer_, chat, 1000, now_ns_), now_ns_);
    EXPECT_EQ(budget.ask(new_peer(), chat, 1000, now_ns_), now_ns_);
}

TEST_F(SendBudgetTest, AProtocolIsLimitedByItsBeginning) {
    SendBudget budget({.protocol_bytes_per_s = {{"/ipfs/bitswap", 1000}}});
    EXPECT_EQ(budget.ask(peer_, bitswap, 1000, now_ns_), now_ns_);
    EXPECT_GT(budget.ask(new_peer(), "/ipfs/bitswap/1.1.0", 1000, now_ns_), now_ns_);
    EXPECT_EQ(budget.ask(peer_, chat, 1'000'000, now_ns_), now_ns_);
}

TEST_F(SendBudgetTest, ThePatientLeaveRoomForTheUrgent) {
    SendBudget budget({.bytes_per_s = 100'000});
    while (budget.ask(peer_, bitswap, 1000, now_ns_) <= now_ns_) {
    }
    EXPECT_EQ(budget.ask(peer_, chat, 5000, now_ns_), now_ns_);
}

}  // namespace
}  // namespace kit::p2p
