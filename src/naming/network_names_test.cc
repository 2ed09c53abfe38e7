// Names among peers, who are a router that says what it is told to.
#include "naming/network_names.h"

#include <gtest/gtest.h>

#include "naming/test_names.h"

namespace kit::naming::testing {
namespace {

class FakeRouter final : public routing::Router {
public:
    using Cid = formats::Cid;
    using Wait = routing::Wait;
    Result<void> find_providers(const Cid&, size_t, const routing::VisitPeer&,
                                const Wait&) override {
        return fail(Code::unsupported, "no");
    }
    Result<routing::PeerAddress> find_peer(const PeerId&, const Wait&) override {
        return fail(Code::unsupported, "no");
    }
    Result<void> closest_peers(ByteView, const routing::VisitPeer&, const Wait&) override {
        return fail(Code::unsupported, "no");
    }
    Result<uint32_t> provide(const formats::Multihash&, const Wait&) override {
        return fail(Code::unsupported, "no");
    }
    Result<void> get_values(ByteView key, const routing::VisitValue& visit, const Wait&) override {
        ++search_count;
        key_asked = to_bytes(key);
        for (const Bytes& value : values) {
            ++shown_count;
            if (!TRY(visit(value))) return {};
        }
        if (error) return std::unexpected(*error);
        return {};
    }
    Result<uint32_t> put_value(ByteView key, ByteView value, const Wait&) override {
        if (error) return std::unexpected(*error);
        key_asked = to_bytes(key);
        if (taker_count > 0) values.push_back(to_bytes(value));
        return taker_count;
    }

    std::vector<Bytes> values;
    std::optional<Error> error;
    uint32_t taker_count = 3;
    Bytes key_asked;
    int search_count = 0;
    int shown_count = 0;
};

class NetworkNamesTest : public ::testing::Test {
protected:
    // Signed elsewhere, so that it is not held here.
    static Bytes record(const char* value, uint64_t sequence, int64_t lifetime_ns = hour_ns,
                        uint64_t seed = 1) {
        TestNames elsewhere;
        const auto made = elsewhere.records.publish(
            make_key(seed), value, {.lifetime_ns = lifetime_ns, .sequence = sequence});
        return to_bytes(made.value().bytes());
    }
    // "value sequence" of what is found.
    std::string find(const FindNameOptions& options = {}) {
        const auto found = names_.find(name_, options);
        if (!found) return std::string(code_name(found.error().code));
        if (!*found) return "none";
        ttl_ns_ = (*found)->ttl_ns;
        const auto content = (*found)->record.content().value();
        return content.value + " " + std::to_string(content.sequence);
    }

    TestNames world_;
    FakeRouter router_;
    NetworkNames names_{world_.clock, world_.records, router_, {.kept_count_max = 2}};
    const PeerId name_ = name_of(make_key(1));
    const std::string a5_ = std::string(path_a) + " 5";
    uint64_t ttl_ns_ = 0;
};

TEST_F(NetworkNamesTest, TheBestOfWhatOthersSayWinsAndIsHeld) {
    router_.values = {record(path_b, 4), record(path_a, 5), record(path_b, 3)};
    EXPECT_EQ(find(), a5_);
    EXPECT_EQ(router_.key_asked, formats::ipns_routing_key(name_));
    EXPECT_EQ(world_.held(name_), a5_);
}

TEST_F(NetworkNamesTest, OfEqualSequencesTheLaterEndWins) {
    router_.values = {record(path_a, 5, 3 * hour_ns), record(path_b, 5, 2 * hour_ns)};
    EXPECT_EQ(find(), a5_);
}

TEST_F(NetworkNamesTest, WhatIsNotTheNamesOwnIsNothing) {
    router_.values = {record(path_a, 9, hour_ns, 2), to_bytes(as_bytes("garbage")), Bytes()};
    EXPECT_EQ(find(), "none");
    router_.values.push_back(record(path_a, 5));
    EXPECT_EQ(find(), a5_);
}

TEST_F(NetworkNamesTest, ANameNeverGoesBack) {
    ASSERT_TRUE(world_.records.put(name_, record(path_a, 5)).has_value());
    router_.values = {record(path_b, 4)};
    EXPECT_EQ(find(), a5_);
}

TEST_F(NetworkNamesTest, EnoughRecordsEndTheSearch) {
    router_.values = {record(path_a, 5), record(path_b, 4), record(path_b, 6)};
    EXPECT_EQ(find({.record_count = 2, .on_better = {}}), a5_);
    EXPECT_EQ(router_.shown_count, 2);
    EXPECT_EQ(find({.uses_kept = false, .record_count = 0, .on_better = {}}),
              std::string(path_b) + " 6");
}

TEST_F(NetworkNamesTest, EachBetterRecordIsShown) {
    router_.values = {record(path_b, 4), record(path_b, 3), record(path_a, 5)};
    std::vector<uint64_t> sequences;
    find({.on_better = [&](const IpnsRecord& better) -> Result<bool> {
        sequences.push_back(better.content().value().sequence);
        return true;
    }});
    EXPECT_EQ(sequences, (std::vector<uint64_t>{4, 5}));
}

TEST_F(NetworkNamesTest, WhatWasFoundIsKeptForItsTime) {
    router_.values = {record(path_a, 5)};
    find();
    EXPECT_EQ(ttl_ns_, static_cast<uint64_t>(record_ttl_ns));
    world_.clock.now_s += 100;
    EXPECT_EQ(find(), a5_);
    EXPECT_EQ(ttl_ns_, static_cast<uint64_t>(record_ttl_ns - 100 * second_ns));
    EXPECT_EQ(router_.search_count, 1);
    find({.uses_kept = false, .on_better = {}});
    EXPECT_EQ(router_.search_count, 2);
    world_.clock.now_s += 300;
    find();
    EXPECT_EQ(router_.search_count, 3);
}

TEST_F(NetworkNamesTest, NoMoreNamesAreKeptThanAllowed) {
    for (uint64_t seed = 1; seed <= 3; ++seed) {
        router_.values = {record(path_a, 5, hour_ns, seed)};
        ASSERT_TRUE(names_.find(name_of(make_key(seed)), {}).value().has_value());
    }
    router_.values.clear();
    ASSERT_TRUE(names_.find(name_of(make_key(3)), {}).value().has_value());
    EXPECT_EQ(router_.search_count, 3);
    ASSERT_TRUE(names_.find(name_of(make_key(1)), {}).value().has_value());  // Held, not kept.
    EXPECT_EQ(router_.search_count, 4);
}

TEST_F(NetworkNamesTest, AFailureCountsOnlyWhenNothingIsFound) {
    router_.error = Error{Code::offline, "nobody"};
    EXPECT_EQ(find(), "offline");
    router_.error = Error{Code::timeout, "too long"};
    EXPECT_EQ(find(), "none");
    router_.values = {record(path_a, 5)};
    EXPECT_EQ(find(), a5_);
    const std::atomic<bool> cancel = true;
    router_.error = Error{Code::cancelled, "canceled"};
    EXPECT_EQ(find({.uses_kept = false, .wait = {.cancel = &cancel}, .on_better = {}}),
              "cancelled");
}

TEST_F(NetworkNamesTest, APublisherGoesOnFromWhatOthersHave) {
    router_.values = {record(path_a, 5)};
    ASSERT_TRUE(names_.publish(make_key(1), path_b, {}, {}).has_value());
    EXPECT_EQ(world_.held(name_), std::string(path_b) + " 6");
    const auto held = world_.records.find(name_).value();
    EXPECT_EQ(names_.put(name_, held->bytes(), {}).value(), 3U);
    EXPECT_EQ(find(), std::string(path_b) + " 6");
    EXPECT_EQ(router_.search_count, 1);  // What was published is known.
}

TEST_F(NetworkNamesTest, ARecordThatNobodyTakesIsToldOf) {
    router_.taker_count = 0;
    EXPECT_EQ(names_.put(name_, record(path_a, 5), {}).error().code, Code::offline);
    router_.error = Error{Code::offline, "nobody"};
    EXPECT_TRUE(names_.publish(make_key(1), path_b, {}, {}).has_value());
}

TEST_F(NetworkNamesTest, APathIsFollowedWithTheHelpOfOthers) {
    NameResolver resolver(world_.records, world_.texts, {});
    const auto path = dag::ContentPath::from_text("/ipns/" + name_.to_cid_text() + "/x").value();
    EXPECT_EQ(resolver.resolve(path).error().code, Code::not_found);
    router_.values = {record(path_a, 5)};
    resolver.use_network(&names_);
    EXPECT_EQ(resolver.resolve(path).value().path.as_written(), std::string(path_a) + "/x");
}

}  // namespace
}  // namespace kit::naming::testing
