#include "announce/scores.h"

#include <gtest/gtest.h>

#include "announce/test_values.h"
#include "base/bytes.h"

namespace kit::announce {
namespace {

using testing::cid_of;
using testing::peer_of;

constexpr int64_t second = 1'000'000'000;
constexpr int64_t now = 3600 * second;
const ScoreWeights no_distance{.load = 2, .latency = 2, .speed = 4, .distance = 0};

Score score(const PeerFacts& facts) {
    return score_of(facts, peer_of("a"), cid_of("content"), no_distance, now);
}

TEST(Score, AStrangerIsInTheMiddle) {
    EXPECT_EQ(score({}).total, 500U);
}

TEST(Score, ItsPartsAreWhatTheFormulaSays) {
    const Score known = score({.load_percent = 25, .latency_ms = 300, .bytes_per_s = 12.0 * MiB});
    EXPECT_EQ(known.load, 750U);
    EXPECT_EQ(known.latency, 250U);
    EXPECT_EQ(known.speed, 750U);
    EXPECT_EQ(known.total, (2 * 750U + 2 * 250U + 4 * 750U) / 8);
}

TEST(Score, EachBrokenPromiseHalvesItUntilItIsForgotten) {
    PeerFacts facts{.failures_count = 2, .failed_ns = now - second};
    EXPECT_EQ(score(facts).total, 125U);
    facts.failures_count = 1000;
    EXPECT_EQ(score(facts).total, 0U);
    facts.failed_ns = now - failure_time_ns;
    EXPECT_EQ(score(facts).total, 500U);
}

TEST(Score, WeightsOfNothingGiveNothing) {
    EXPECT_EQ(score_of({}, peer_of("a"), cid_of("c"), {0, 0, 0, 0}, now).total, 0U);
}

TEST(PeerBook, TheBestIsFirst) {
    PeerBook book;
    book.on_received(peer_of("fast"), 100 * MiB, second);
    book.on_received(peer_of("slow"), 10 * KiB, second);
    book.on_load(peer_of("busy"), 100);
    book.on_failure(peer_of("liar"), now);
    std::vector<PeerId> peers = {peer_of("liar"), peer_of("slow"), peer_of("busy"),
                                 peer_of("stranger"), peer_of("fast")};
    rank(peers, book, cid_of("content"), no_distance, now);
    const std::vector<PeerId> expected = {peer_of("fast"), peer_of("stranger"), peer_of("busy"),
                                          peer_of("slow"), peer_of("liar")};
    EXPECT_EQ(peers, expected);
}

TEST(PeerBook, EqualsAreRankedTheSameInWhateverOrderTheyCome) {
    const PeerBook book;
    std::vector<PeerId> peers;
    for (int i = 0; i < 20; ++i) peers.push_back(peer_of(std::to_string(i)));
    std::vector<PeerId> reversed(peers.rbegin(), peers.rend());
    rank(peers, book, cid_of("content"), {}, now);
    rank(reversed, book, cid_of("content"), {}, now);
    EXPECT_EQ(peers, reversed);
    std::vector<PeerId> for_other = peers;
    rank(for_other, book, cid_of("other content"), {}, now);
    EXPECT_NE(peers, for_other);
}

TEST(PeerBook, SendingForgives) {
    PeerBook book;
    book.on_failure(peer_of("a"), now);
    book.on_received(peer_of("a"), 1, second);
    EXPECT_EQ(book.facts(peer_of("a")).failures_count, 0U);
}

TEST(PeerBook, AQuarterOfAMeanIsTheNewest) {
    PeerBook book;
    book.on_latency(peer_of("a"), 100);
    book.on_latency(peer_of("a"), 200);
    EXPECT_EQ(book.facts(peer_of("a")).latency_ms, 125);
}

TEST(PeerBook, IsBoundedAndKeepsThoseThatSent) {
    PeerBook book(10);
    book.on_received(peer_of("useful"), MiB, second);
    for (int i = 0; i < 100; ++i) book.on_load(peer_of(std::to_string(i)), 0);
    EXPECT_EQ(book.count(), 10U);
    EXPECT_EQ(book.facts(peer_of("useful")).received_bytes, MiB);
}

}  // namespace
}  // namespace kit::announce
