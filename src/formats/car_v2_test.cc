#include "formats/car_v2.h"

#include <gtest/gtest.h>

#include "formats/car.h"
#include "formats/codec_test_support.h"

namespace kit::formats {
namespace {

using test::from_hex;
using test::problem;
using test::small_cid;

struct File {
    CarV2Header header;
    ByteView data;
    ByteView index;
};

File split(ByteView car) {
    File file{decode_car_v2_header(car.subspan(car_v2_pragma_size_bytes)).value(), {}, {}};
    file.data = car.subspan(file.header.data_offset, file.header.data_size_bytes);
    if (file.header.index_offset != 0) file.index = car.subspan(file.header.index_offset);
    return file;
}

// Calls `visit` with the multihash and the offset of each section of a CARv1.
template <typename Visit>
void for_each_section(ByteView car, const Visit& visit) {
    CarReader reader;
    reader.feed(car);
    for (;;) {
        const auto section = reader.next().value();
        if (!section) break;
        visit(section->cid, section->offset_bytes);
    }
}

std::vector<test::Vector> wrapped_vectors() {
    std::vector<test::Vector> found;
    for (test::Vector& vector : test::vectors("car")) {
        if (vector.name.find("-v2-") != std::string::npos) found.push_back(std::move(vector));
    }
    return found;
}

TEST(CarV2Test, IndexesOfGoCarFindEveryBlock) {
    ASSERT_EQ(wrapped_vectors().size(), 3U);
    for (const test::Vector& vector : wrapped_vectors()) {
        SCOPED_TRACE(vector.name);
        const File file = split(vector.bytes);
        const CarIndex index = CarIndex::open(file.index).value();
        uint64_t count = 0;
        for_each_section(file.data, [&](const Cid& cid, uint64_t offset) {
            if (cid.hash().is_identity()) return;
            EXPECT_EQ(index.find(cid.hash()), offset);
            ++count;
        });
        EXPECT_GE(index.records_count(), count);
        EXPECT_EQ(index.find(sha2_256({{as_bytes("absent")}})), std::nullopt);
    }
}

TEST(CarV2Test, WhatGoCarWrapsWeWrapByteForByte) {
    for (const test::Vector& vector : wrapped_vectors()) {
        if (vector.name.find("-multihash.") == std::string::npos) continue;
        const File file = split(vector.bytes);
        CarIndexBuilder builder;
        for_each_section(file.data,
                         [&](const Cid& cid, uint64_t offset) { builder.add(cid.hash(), offset); });
        Bytes written = encode_car_v2_head(file.data.size(), true);
        append(written, file.data);
        append(written, builder.encode());
        EXPECT_EQ(written, vector.bytes);
    }
}

TEST(CarV2Test, SeveralHashFunctionsAndWidthsHaveABucketEach) {
    CarIndexBuilder builder;
    std::vector<Multihash> hashes;
    for (const HashCode code : {HashCode::sha2_512, HashCode::sha1, HashCode::sha3_256}) {
        for (uint64_t number = 0; number < 50; ++number) {
            const auto made = hash(code, as_bytes(std::to_string(number)));
            ASSERT_TRUE(made.has_value()) << problem(made);
            hashes.push_back(*made);
            builder.add(hashes.back(), hashes.size());
        }
    }
    builder.add(small_cid("not indexed").hash(), 7);
    const Bytes bytes = builder.encode();
    const CarIndex index = CarIndex::open(bytes).value();
    EXPECT_EQ(index.records_count(), hashes.size());
    for (size_t number = 0; number < hashes.size(); ++number) {
        EXPECT_EQ(index.find(hashes[number]), number + 1);
    }
    EXPECT_EQ(index.find(small_cid("not indexed").hash()), std::nullopt);
}

TEST(CarV2Test, OfTwoSectionsWithOneHashTheFirstIsFound) {
    const Multihash hash = sha2_256({{as_bytes("twice")}});
    CarIndexBuilder builder;
    builder.add(hash, 900);
    builder.add(hash, 5);
    EXPECT_EQ(CarIndex::open(builder.encode()).value().records_count(), 2U);
    const Bytes bytes = builder.encode();
    EXPECT_EQ(CarIndex::open(bytes).value().find(hash), 5U);
}

TEST(CarV2Test, AnEmptyIndexIsAnIndex) {
    const Bytes bytes = CarIndexBuilder().encode();
    EXPECT_EQ(bytes, from_hex("8108 00000000"));
    EXPECT_EQ(CarIndex::open(bytes).value().records_count(), 0U);
}

TEST(CarV2Test, HeadersWithoutSenseAreRefused) {
    const auto header = [](uint64_t data_offset, uint64_t data_size, uint64_t index_offset) {
        Bytes bytes(16);
        for (const uint64_t number : {data_offset, data_size, index_offset}) {
            for (int shift = 0; shift < 64; shift += 8) {
                bytes.push_back(static_cast<uint8_t>(number >> shift));
            }
        }
        return problem(decode_car_v2_header(bytes));
    };
    EXPECT_EQ(header(51, 100, 151), "no error");
    EXPECT_EQ(header(51, 100, 0), "no error");
    EXPECT_EQ(header(50, 100, 0), "corrupt: CARv2 header: data cannot start at byte 50");
    EXPECT_EQ(header(51, 0, 0), "corrupt: CARv2 header: data cannot have 0 bytes");
    EXPECT_EQ(header(51, 100, 150), "corrupt: CARv2 header: the index cannot start at byte 150");
    EXPECT_EQ(header(UINT64_MAX, 100, 0),
              "corrupt: CARv2 header: data cannot start at byte 18446744073709551615");
}

TEST(CarV2Test, DamagedIndexesAreRefused) {
    const auto open = [](std::string_view hex) {
        const Bytes bytes = from_hex(hex);
        return problem(CarIndex::open(bytes));
    };
    EXPECT_EQ(open("8208 00000000"),
              "unsupported: CAR index: format 0x402; 0x400 and 0x401 can be read");
    EXPECT_EQ(open("8108 0000"), "corrupt: CAR index: it ends before its records do");
    EXPECT_EQ(open("8108 01000000"), "corrupt: CAR index: it ends before its records do");
    EXPECT_EQ(open("8008 01000000 07000000 0000000000000000"),
              "corrupt: CAR index: 0 bytes of records of 7 bytes each");
    EXPECT_EQ(open("8008 01000000 09000000 0a00000000000000"),
              "corrupt: CAR index: 10 bytes of records of 9 bytes each");
    EXPECT_EQ(open("8008 01000000 09000000 0900000000000000 00"),
              "corrupt: CAR index: it ends before its records do");
}

}  // namespace
}  // namespace kit::formats
