#include "announce/announcements.h"

#include <gtest/gtest.h>

#include "announce/test_network.h"

namespace kit::announce {
namespace {

using testing::cid_of;
using testing::Course;
using testing::second_ns;
using testing::TestNetwork;

TEST(Announcements, WhatOneNodeAnnouncesAllHear) {
    TestNetwork nodes(4);
    nodes[0].load_percent = 40;
    ASSERT_TRUE(nodes[0]->announce({.cid = cid_of("a"), .name = "photo", .tags = {"cats"}}));
    nodes.run(second_ns);
    for (size_t i = 1; i < 4; ++i) {
        const auto heard = nodes[i]->heard({.tag = "cats"});
        ASSERT_EQ(heard.size(), 1U);
        EXPECT_EQ(heard[0].from, nodes[0].host().id());
        EXPECT_EQ(heard[0].announcement.cid, cid_of("a"));
        EXPECT_EQ(heard[0].announcement.load_percent, 40U);
        EXPECT_FALSE(heard[0].announcement.addresses.empty());
    }
    EXPECT_TRUE(nodes[0]->heard({}).empty());
}

TEST(Announcements, WhatIsUnsoundIsRefusedBeforeItIsSent) {
    TestNetwork nodes(1);
    EXPECT_FALSE(nodes[0]->announce({.cid = cid_of("a"), .name = "two\nlines"}));
}

TEST(Announcements, AFlooderIsCutShortAndOthersAreHeard) {
    TestNetwork nodes(3);
    for (int i = 0; i < 1000; ++i) {
        ASSERT_TRUE(nodes[0]->announce({.cid = cid_of(std::to_string(i))}));
    }
    ASSERT_TRUE(nodes[1]->announce({.cid = cid_of("quiet")}));
    nodes.run(second_ns);
    EXPECT_EQ(nodes[2]->heard({.cid = cid_of("quiet")}).size(), 1U);
    EXPECT_EQ(nodes[2]->heard({}).size(), limits::announcements_at_once_max + 1);
    EXPECT_GE(nodes[2]->statistics().messages_over_rate, 900U);
}

TEST(Announcements, GarbageIsCountedAndForgotten) {
    TestNetwork nodes(2);
    ASSERT_TRUE(nodes[0].host().publish(announce_topic, as_bytes("nonsense")));
    ASSERT_TRUE(nodes[0].host().publish(want_topic, Bytes(100 * KiB)));
    nodes.run(second_ns);
    EXPECT_EQ(nodes[1]->statistics().messages_malformed, 2U);
    EXPECT_TRUE(nodes[1]->heard({}).empty());
}

TEST(Announcements, OtherTopicsAndProtocolsAreLeftToOthers) {
    TestNetwork nodes(2);
    ASSERT_TRUE(nodes[1].host().subscribe("chat"));
    ASSERT_TRUE(nodes[0].host().publish("chat", as_bytes("hello")));
    nodes.run(second_ns);
    EXPECT_EQ(nodes[1].others_count, 1U);
}

TEST(Announcements, AWantIsAnsweredOnlyByThoseThatHaveItAndMayGiveIt) {
    TestNetwork nodes(4);
    nodes[1].hold(cid_of("a"));
    nodes[2].hold(cid_of("a"));
    nodes[2].forbidden.insert(cid_of("a"));
    const Course course = nodes.request(0, cid_of("a"), 10 * second_ns);
    EXPECT_TRUE(course.is_sent);
    EXPECT_EQ(course.asked, std::vector<PeerId>{nodes[1].host().id()});
    EXPECT_EQ(nodes[2]->statistics().wants_refused, 1U);
    EXPECT_EQ(nodes[3]->statistics().wants_answered, 0U);
}

TEST(Announcements, WhatIsTooLargeIsNotOffered) {
    TestNetwork nodes(2);
    nodes[1].hold(cid_of("a"));
    nodes[1].size_bytes = 10 * MiB;
    EXPECT_FALSE(nodes.request(0, cid_of("a"), 3 * second_ns, MiB).rounds_count > 1);
    EXPECT_EQ(nodes[1]->statistics().wants_answered, 0U);
}

TEST(Announcements, WantsOfAFlooderAreNotAnsweredForever) {
    TestNetwork nodes(2);
    nodes[1].hold(cid_of("a"));
    for (uint64_t number = 1; number <= 1000; ++number) {
        const auto want = encode(Want{.cid = cid_of("a"), .number = number, .patience_ms = 1000});
        ASSERT_TRUE(nodes[0].host().publish(want_topic, *want));
    }
    nodes.run(second_ns / 10);
    EXPECT_LE(nodes[1]->statistics().wants_answered, limits::wants_at_once_max + 1);
    EXPECT_GE(nodes[1]->statistics().wants_answered, 1U);
}

TEST(Announcements, AnOfferThatNobodyAskedForChangesNothing) {
    TestNetwork nodes(2);
    nodes.network.connect(0, 1);
    nodes.run(second_ns);
    const std::vector<std::string> protocols = {offer_protocol};
    const SharedBytes frame =
        SharedBytes::from(encode(Offer{.cid = cid_of("a"), .number = 7}).value());
    ASSERT_TRUE(nodes[0].host().send_frame(nodes[1].host().id(), protocols, std::span(&frame, 1)));
    nodes.run(second_ns);
    EXPECT_EQ(nodes[1]->statistics().offers_unasked, 1U);
    EXPECT_TRUE(nodes[1]->peers(Cid()).empty());
}

TEST(Announcements, WhatWasAnnouncedBeforeIsAskedForWithoutAnOffer) {
    TestNetwork nodes(2);
    nodes[1].hold(cid_of("a"));
    nodes[1].forbidden.insert(cid_of("a"));  // So that no want is answered.
    ASSERT_TRUE(nodes[1]->announce({.cid = cid_of("a")}));
    nodes.run(second_ns);
    const Course course = nodes.request(0, cid_of("a"), 10 * second_ns);
    EXPECT_TRUE(course.is_sent);
    EXPECT_EQ(course.rounds_count, 1U);
}

TEST(Announcements, WhoeverWasFastIsAskedFirstTheNextTime) {
    TestNetwork nodes(8);
    for (size_t i = 1; i < 8; ++i) {
        nodes[i].hold(cid_of("a"));
        nodes[i].hold(cid_of("b"));
        nodes[i].bytes_per_s = i == 5 ? 100 * MiB : 64 * KiB;
    }
    for (size_t i = 1; i < 8; ++i) {
        nodes[0]->on_received(nodes[i].host().id(), nodes[i].bytes_per_s, second_ns);
    }
    const Course course = nodes.request(0, cid_of("b"), 60 * second_ns);
    ASSERT_TRUE(course.is_sent);
    EXPECT_EQ(course.asked.front(), nodes[5].host().id());
    const auto reports = nodes[0]->peers(cid_of("b"));
    EXPECT_EQ(reports.front().peer, nodes[5].host().id());
    EXPECT_GT(reports.front().score.speed, 900U);
}

TEST(Announcements, WhoeverIsBusyIsAskedLast) {
    TestNetwork nodes(6);
    for (size_t i = 1; i < 6; ++i) {
        nodes[i].hold(cid_of("a"));
        nodes[i].load_percent = i < 3 ? 100 : 0;
    }
    const Course course = nodes.request(0, cid_of("a"), 10 * second_ns);
    ASSERT_EQ(course.asked.size(), 3U);
    for (const PeerId& peer : course.asked) {
        EXPECT_NE(peer, nodes[1].host().id());
        EXPECT_NE(peer, nodes[2].host().id());
    }
}

TEST(Announcements, LiarsCostARoundAndAreThenAskedLast) {
    TestNetwork nodes(12);
    for (size_t i = 1; i < 11; ++i) nodes[i].is_liar = true;
    nodes[11].hold(cid_of("a"));
    nodes[11].hold(cid_of("b"));
    nodes[11].load_percent = 100;  // So that the liars look better at first.
    const Course first = nodes.request(0, cid_of("a"), 60 * second_ns);
    EXPECT_TRUE(first.is_sent);
    EXPECT_EQ(first.rounds_count, 4U);
    const Course second = nodes.request(0, cid_of("b"), 60 * second_ns);
    EXPECT_TRUE(second.is_sent);
    EXPECT_EQ(second.rounds_count, 1U);
    EXPECT_EQ(second.asked.front(), nodes[11].host().id());
}

TEST(Announcements, LossIsMadeUpForByAskingAgain) {
    for (uint64_t seed = 1; seed <= 10; ++seed) {
        SCOPED_TRACE(seed);
        TestNetwork nodes(4, seed, {.loss = 0.5});
        nodes[3].hold(cid_of("a"));
        EXPECT_TRUE(nodes.request(0, cid_of("a"), 60 * second_ns).is_sent);
    }
}

TEST(Announcements, WhatIsBehindAPartitionComesWhenItHeals) {
    TestNetwork nodes(4);
    nodes[3].hold(cid_of("a"));
    nodes.network.set_group(2, 1);
    nodes.network.set_group(3, 1);
    EXPECT_FALSE(nodes.request(0, cid_of("a"), 10 * second_ns).is_sent);
    nodes.network.set_group(2, 0);
    nodes.network.set_group(3, 0);
    EXPECT_TRUE(nodes.request(0, cid_of("a"), 10 * second_ns).is_sent);
}

TEST(Announcements, WhoeverGoesAwayAfterOfferingIsReplaced) {
    TestNetwork nodes(3);
    nodes[1].is_liar = true;
    nodes[1].load_percent = 0;
    nodes[2].hold(cid_of("a"));
    ASSERT_TRUE(nodes[1]->announce({.cid = cid_of("a")}));
    nodes.run(second_ns);
    nodes.network.set_online(1, false);
    EXPECT_TRUE(nodes.request(0, cid_of("a"), 60 * second_ns).is_sent);
}

TEST(Announcements, TheSameSeedGivesTheSameCourse) {
    const auto course = [](uint64_t seed) {
        TestNetwork nodes(10, seed, {.loss = 0.2});
        for (size_t i = 1; i < 10; ++i) nodes[i].is_liar = i < 6;
        for (size_t i = 6; i < 10; ++i) nodes[i].hold(cid_of("a"));
        return nodes.request(0, cid_of("a"), 60 * second_ns);
    };
    for (uint64_t seed = 1; seed <= 5; ++seed) EXPECT_EQ(course(seed), course(seed));
}

TEST(Announcements, WhatComesByItselfKeepsBelowWhatOthersTake) {
    TestNetwork nodes(2);
    int told_count = 0;
    for (int i = 0; i < 1000; ++i) {
        if (nodes[0]->announce_by_itself(cid_of(std::to_string(i)))) ++told_count;
    }
    nodes.run(second_ns);
    EXPECT_EQ(told_count, limits::automatic_at_once_max);
    EXPECT_EQ(nodes[1]->heard({}).size(), static_cast<size_t>(told_count));
    EXPECT_EQ(nodes[1]->statistics().messages_over_rate, 0U);
}

}  // namespace
}  // namespace kit::announce
