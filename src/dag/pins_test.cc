#include "dag/pins.h"

#include <thread>

#include "dag/test_store.h"

namespace kit::dag {
namespace {

using namespace testing;

class PinsTest : public ::testing::Test {
protected:
    static Cid cid(int number) {
        const std::string text = std::to_string(number);
        const ByteView view = as_bytes(text);
        return Cid::v1(Codec::raw, formats::sha2_256(std::span(&view, 1)));
    }
    std::string add(int number, PinMode mode = PinMode::recursive, const std::string& name = "",
                    std::optional<int64_t> expires_s = std::nullopt) {
        return error_of(
            pins_.add({.cid = cid(number), .mode = mode, .name = name, .expires_s = expires_s}));
    }
    // "recursive name" and the like, or "none".
    std::string held(int number) {
        const auto pin = pins_.find(cid(number));
        if (!pin) return pin.error().to_text();
        if (!*pin) return "none";
        const std::string mode = (*pin)->mode == PinMode::direct ? "direct" : "recursive";
        return (*pin)->name.empty() ? mode : mode + " " + (*pin)->name;
    }

    TestEnv env_;
    TestStore store_;
    Pins pins_{env_.env, store_};
};

TEST_F(PinsTest, APinIsFoundWithAllThatWasSaidOfIt) {
    EXPECT_EQ(held(1), "none");
    EXPECT_EQ(add(1, PinMode::recursive, "one", 2'000'000), "");
    const auto pin = pins_.find(cid(1));
    ASSERT_TRUE(pin && *pin);
    EXPECT_EQ((*pin)->cid, cid(1));
    EXPECT_EQ((*pin)->name, "one");
    EXPECT_EQ((*pin)->created_s, 1'000'000);
    EXPECT_EQ((*pin)->expires_s, 2'000'000);
    EXPECT_EQ(add(1, PinMode::recursive, "renamed"), "");
    EXPECT_EQ(held(1), "recursive renamed");
}

TEST_F(PinsTest, ARecursivePinReplacesADirectOneAndNotTheOtherWay) {
    EXPECT_EQ(add(1, PinMode::direct), "");
    EXPECT_EQ(held(1), "direct");
    EXPECT_EQ(add(1), "");
    EXPECT_EQ(held(1), "recursive");
    EXPECT_EQ(add(1, PinMode::direct), "pin: " + cid(1).to_text() + " already pinned recursively");
}

TEST_F(PinsTest, RemovingSaysWhatStandsInTheWay) {
    EXPECT_EQ(error_of(pins_.remove(cid(1), true)), "not pinned or pinned indirectly");
    EXPECT_EQ(add(1), "");
    EXPECT_EQ(error_of(pins_.remove(cid(1), false)), cid(1).to_text() + " is pinned recursively");
    EXPECT_EQ(error_of(pins_.remove(cid(1), true)), "");
    EXPECT_EQ(held(1), "none");
}

TEST_F(PinsTest, UpdatingMovesNameAndExpiry) {
    EXPECT_EQ(error_of(pins_.update(cid(1), cid(2), false)),
              "'from' cid was not recursively pinned already");
    EXPECT_EQ(add(1, PinMode::recursive, "name", 2'000'000), "");
    EXPECT_EQ(error_of(pins_.update(cid(1), cid(1), false)), "");
    EXPECT_EQ(error_of(pins_.update(cid(1), cid(2), true)), "");
    EXPECT_EQ(held(1) + ", " + held(2), "recursive name, recursive name");
    EXPECT_EQ(error_of(pins_.update(cid(1), cid(2), false)),
              "'to' cid was already recursively pinned");
    EXPECT_EQ(error_of(pins_.update(cid(1), cid(3), false)), "");
    EXPECT_EQ(held(1) + ", " + held(3), "none, recursive name");
    EXPECT_EQ(pins_.find(cid(3))->value().expires_s, 2'000'000);
}

TEST_F(PinsTest, ANameThatIsTooLongIsRefused) {
    EXPECT_EQ(add(1, PinMode::recursive, std::string(255, 'a')), "");
    EXPECT_EQ(add(2, PinMode::recursive, std::string(300, 'a')),
              "pin name is 300 bytes (max 255 bytes)");
    EXPECT_EQ(held(2), "none");
}

TEST_F(PinsTest, AnExpiredPinNoLongerHolds) {
    EXPECT_EQ(add(1, PinMode::recursive, "", 1'000'010), "");
    EXPECT_EQ(add(2), "");
    EXPECT_EQ(*pins_.count(), 2U);
    env_.clock.now_s = 1'000'010;
    EXPECT_EQ(held(1), "none");
    EXPECT_EQ(*pins_.count(), 1U);
    EXPECT_EQ(error_of(pins_.remove(cid(1), true)), "not pinned or pinned indirectly");
    EXPECT_EQ(add(1, PinMode::direct), "");
    EXPECT_EQ(*pins_.remove_expired(), 0U);
}

TEST_F(PinsTest, ExpiredPinsAreForgottenOnRequest) {
    for (int i = 0; i < 10'000; ++i) EXPECT_EQ(add(i, PinMode::direct, "", 1'000'001 + i % 2), "");
    env_.clock.now_s = 1'000'001;
    EXPECT_EQ(*pins_.remove_expired(), 5000U);
    env_.clock.now_s = 1;
    EXPECT_EQ(*pins_.count(), 5000U);
}

TEST_F(PinsTest, SeveralAreAddedTogetherOrNotAtAll) {
    EXPECT_EQ(add(2), "");
    const std::vector<Pin> both = {{.cid = cid(1)}, {.cid = cid(2), .mode = PinMode::direct}};
    EXPECT_NE(error_of(pins_.add_all(both)), "");
    EXPECT_EQ(held(1), "none");
}

TEST_F(PinsTest, VersionsAndCodecsOfOneBlockArePinnedApart) {
    const Cid v0 = Cid::v0(cid(1).hash());
    EXPECT_EQ(error_of(pins_.add({.cid = v0})), "");
    EXPECT_FALSE((*pins_.find(v0.to_v1())).has_value());
    EXPECT_EQ(held(1), "none");
}

TEST_F(PinsTest, ThreadsDoNotLoseEachOthersPins) {
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([this, t] {
            for (int i = 0; i < 100; ++i) EXPECT_EQ(add(t * 100 + i), "");
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(*pins_.count(), 400U);
}

}  // namespace
}  // namespace kit::dag
