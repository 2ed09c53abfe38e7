#include "routing/key_space.h"

#include <gtest/gtest.h>

#include <set>

#include "routing/test_network.h"

namespace kit::routing::testing {
namespace {

Place place_with(uint8_t first, uint8_t second = 0) {
    Place place{};
    place[0] = first;
    place[1] = second;
    return place;
}

TEST(KeySpaceTest, APlaceIsTheHashOfTheBytes) {
    // SHA-256 of "abc" (FIPS 180-4's example).
    EXPECT_EQ(to_hex(place_of(as_bytes("abc"))),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(KeySpaceTest, CommonBitsAreCounted) {
    EXPECT_EQ(common_bits(place_with(0), place_with(0x80)), 0U);
    EXPECT_EQ(common_bits(place_with(0xf0), place_with(0xf1)), 7U);
    EXPECT_EQ(common_bits(place_with(1, 0x10), place_with(1)), 11U);
    EXPECT_EQ(common_bits(place_with(7), place_with(7)), 256U);
}

TEST(KeySpaceTest, BehindARegionComesTheNext) {
    EXPECT_EQ(place_behind(place_with(0x5a), 4), place_with(0x60));
    EXPECT_EQ(place_behind(place_with(0x5f, 0xff), 8), place_with(0x60));
    EXPECT_EQ(place_behind(place_with(0x7f, 0xff), 16), place_with(0x80));
    EXPECT_EQ(place_behind(place_with(0xff), 8), std::nullopt);
    EXPECT_EQ(place_behind(place_with(1), 0), std::nullopt);
    Place last{};
    last.fill(0xff);
    EXPECT_EQ(place_behind(last, 256), std::nullopt);
}

TEST(KeySpaceTest, SharesAndPrefixesAreOfTheFirstBits) {
    EXPECT_DOUBLE_EQ(share_of(place_with(0)), 0);
    EXPECT_DOUBLE_EQ(share_of(place_with(0x80)), 0.5);
    EXPECT_DOUBLE_EQ(share_of(place_with(0, 0x80)), 1.0 / 512);
    for (const double share : {0.0, 0.25, 0.3, 0.999}) {
        EXPECT_NEAR(share_of(place_at(share)), share, 1e-9);
    }
    EXPECT_EQ(place_before(place_with(0x5f, 0xff), 4), place_with(0x50));
    EXPECT_EQ(prefix_text(place_with(0x50), 5), "01010");
    EXPECT_EQ(prefix_text(place_with(0x50), 0), "");
}

TEST(FirstKeysTest, TheFirstKeysOfManyAreTaken) {
    std::set<Place> places;
    FirstKeys some({}, 10);
    FirstKeys all({}, 1000);
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 100; ++i) {
            const Multihash key = hash_of(std::to_string(i));
            places.insert(place_of(key.bytes()));
            some.add(key);
            all.add(key);
        }
    }
    const auto taken = some.take();
    ASSERT_EQ(taken.size(), 10U);
    EXPECT_FALSE(some.is_complete());
    EXPECT_EQ(all.take().size(), 100U);
    EXPECT_TRUE(all.is_complete());
    auto place = places.begin();
    for (const PlacedKey& key : taken) EXPECT_EQ(key.place, *place++);

    FirstKeys rest(*place, 1000);
    for (int i = 0; i < 100; ++i) rest.add(hash_of(std::to_string(i)));
    EXPECT_EQ(rest.take().size(), 90U);
}

}  // namespace
}  // namespace kit::routing::testing
