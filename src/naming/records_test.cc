#include "naming/records.h"

#include "naming/test_names.h"

namespace kit::naming {
namespace {

using namespace testing;

class RecordsTest : public ::testing::Test {
protected:
    std::string publish(const char* value, const PublishOptions& options = {}) {
        return error_of(world_.records.publish(key_, value, options));
    }
    // A record of the key that was made elsewhere.
    Bytes made_elsewhere(const char* value, uint64_t sequence, int64_t lifetime_s = 3600) {
        const formats::Moment end{.seconds = world_.clock.now_s + lifetime_s, .nanoseconds = 0};
        const auto record =
            IpnsRecord::create(key_, {.value = value, .sequence = sequence, .valid_until = end});
        return to_bytes(record.value().bytes());
    }
    std::string put(ByteView record) { return error_of(world_.records.put(name_, record)); }
    formats::IpnsContent content() { return world_.records.find(name_).value()->content().value(); }

    TestNames world_;
    const PrivateKey key_ = make_key(1);
    const PeerId name_ = name_of(key_);
};

TEST_F(RecordsTest, TheSequenceRisesWithTheValueAlone) {
    EXPECT_EQ(world_.held(name_), "none");
    EXPECT_EQ(publish(path_a), "");
    EXPECT_EQ(world_.held(name_), std::string(path_a) + " 0");
    EXPECT_EQ(publish(path_a), "");
    EXPECT_EQ(world_.held(name_), std::string(path_a) + " 0");
    EXPECT_EQ(publish(path_b), "");
    EXPECT_EQ(world_.held(name_), std::string(path_b) + " 1");
}

TEST_F(RecordsTest, AChosenSequenceMustBeHigher) {
    const std::string refused = "sequence number must be greater than the current record sequence";
    EXPECT_EQ(publish(path_a, {.sequence = 0}), refused);
    EXPECT_EQ(publish(path_a, {.sequence = 7}), "");
    EXPECT_EQ(publish(path_b, {.sequence = 7}), refused);
    EXPECT_EQ(publish(path_b), "");
    EXPECT_EQ(world_.held(name_), std::string(path_b) + " 8");
}

TEST_F(RecordsTest, LifetimeTtlAndFormAreAsAsked) {
    EXPECT_EQ(publish(path_a, {.lifetime_ns = hour_ns,
                               .ttl_ns = 7 * second_ns,
                               .sequence = {},
                               .form = IpnsForm::v2_only}),
              "");
    EXPECT_EQ(content().valid_until.seconds, world_.clock.now_s + 3600);
    EXPECT_EQ(content().ttl_ns, uint64_t{7} * second_ns);
    EXPECT_FALSE(world_.records.find(name_).value()->has_v1_signature());
}

TEST_F(RecordsTest, ARecordThatIsOverIsNoAnswerButKeepsItsSequence) {
    EXPECT_EQ(publish(path_a, {.lifetime_ns = hour_ns, .sequence = {}}), "");
    world_.clock.now_s += 3601;
    EXPECT_EQ(world_.held(name_), "none");
    EXPECT_EQ(publish(path_b), "");
    EXPECT_EQ(world_.held(name_), std::string(path_b) + " 1");
}

TEST_F(RecordsTest, ABetterRecordIsTakenAndAWorseOneRefused) {
    const Bytes first = made_elsewhere(path_a, 3);
    EXPECT_EQ(put(first), "");
    EXPECT_EQ(put(first), "");
    EXPECT_TRUE(put(made_elsewhere(path_b, 2)).starts_with("old record"));
    EXPECT_TRUE(put(made_elsewhere(path_b, 3, 1800)).starts_with("old record"));
    EXPECT_EQ(world_.held(name_), std::string(path_a) + " 3");
    EXPECT_EQ(put(made_elsewhere(path_b, 3, 7200)), "");
    EXPECT_EQ(put(made_elsewhere(path_a, 4, 60)), "");
    EXPECT_EQ(world_.held(name_), std::string(path_a) + " 4");
}

TEST_F(RecordsTest, WhatIsNoRecordOfTheNameIsRefused) {
    EXPECT_NE(put(as_bytes("nonsense")), "");
    EXPECT_TRUE(put(made_elsewhere(path_a, 1, -1)).starts_with("record is expired"));
    Bytes broken = made_elsewhere(path_a, 1);
    broken.back() ^= 1;
    EXPECT_NE(put(broken), "");
    const PeerId other = name_of(make_key(2));
    EXPECT_NE(error_of(world_.records.put(other, made_elsewhere(path_a, 1))), "");
    EXPECT_EQ(world_.held(name_), "none");
    EXPECT_EQ(world_.held(other), "none");
}

TEST_F(RecordsTest, RepublishingProlongsAndChangesNothingElse) {
    EXPECT_FALSE(world_.records.republish(key_, hour_ns).value());
    EXPECT_EQ(publish(path_a, {.lifetime_ns = 2 * hour_ns,
                               .ttl_ns = 7 * second_ns,
                               .sequence = 5,
                               .form = IpnsForm::v2_only}),
              "");
    const int64_t end = content().valid_until.seconds;
    EXPECT_TRUE(world_.records.republish(key_, hour_ns).value());
    EXPECT_EQ(content().valid_until.seconds, end);
    world_.clock.now_s += 2 * 3600 + 1;
    EXPECT_TRUE(world_.records.republish(key_, hour_ns).value());
    EXPECT_EQ(content().valid_until.seconds, world_.clock.now_s + 3600);
    EXPECT_EQ(content().ttl_ns, uint64_t{7} * second_ns);
    EXPECT_EQ(world_.held(name_), std::string(path_a) + " 5");
    EXPECT_FALSE(world_.records.find(name_).value()->has_v1_signature());
}

// Whatever comes in whatever order, what is held is the best of what was valid.
TEST_F(RecordsTest, HoldsTheBestOfWhatCame) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        SimulatedRandom random(seed);
        TestNames world;
        std::pair<uint64_t, int64_t> best{0, -1};
        for (int step = 0; step < 12; ++step) {
            const uint64_t sequence = random.below(4);
            const int64_t lifetime_s = static_cast<int64_t>(random.below(5)) * 100 - 50;
            const Bytes record = made_elsewhere(path_a, sequence, lifetime_s);
            const bool taken = world.records.put(name_, record).has_value();
            const std::pair<uint64_t, int64_t> rank{sequence, lifetime_s};
            const bool is_valid = lifetime_s > 0;
            EXPECT_EQ(taken, is_valid && (best.second < 0 || rank >= best));
            if (taken) best = rank;
        }
        const auto held = world.records.find(name_).value();
        ASSERT_EQ(held.has_value(), best.second > 0);
        if (held) {
            EXPECT_EQ(held->content().value().sequence, best.first);
        }
    }
}

}  // namespace
}  // namespace kit::naming
