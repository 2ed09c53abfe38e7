#include "formats/car.h"

#include <gtest/gtest.h>

#include "formats/car_v2.h"
#include "formats/codec_test_support.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

using test::from_hex;
using test::problem;
using test::small_cid;

struct Block {
    Cid cid;
    Bytes body;
    uint64_t offset_bytes;
    friend bool operator==(const Block&, const Block&) = default;
};

struct Walked {
    std::vector<Block> blocks;
    std::vector<Cid> roots;
    int version = 0;
    std::string end = "no error";
};

// Reads a whole CAR that arrives in pieces of `piece_size_bytes`; each piece lies in memory of its
// own, which is gone after it was used.
Walked walk(ByteView car, size_t piece_size_bytes = SIZE_MAX) {
    Walked walked;
    CarReader reader;
    for (size_t at = 0; at < car.size() && walked.end == "no error";) {
        const size_t size = std::min(piece_size_bytes, car.size() - at);
        const Bytes piece = to_bytes(car.subspan(at, size));
        at += size;
        reader.feed(piece);
        for (;;) {
            auto section = reader.next();
            if (!section) walked.end = problem(section);
            if (!section || !*section) break;
            walked.blocks.push_back(
                {(*section)->cid, to_bytes((*section)->body), (*section)->offset_bytes});
        }
    }
    if (walked.end == "no error") walked.end = problem(reader.finish());
    walked.roots = reader.roots();
    walked.version = reader.version();
    return walked;
}

Bytes encode(const std::vector<Cid>& roots, const std::vector<std::string>& bodies) {
    Bytes car = encode_car_header(roots);
    for (const std::string& body : bodies) {
        append(car, encode_car_section_head(small_cid(body), body.size()));
        append(car, as_bytes(body));
    }
    return car;
}

// The CAR as version 2 with padding, as nobody writes it and everybody has to read it.
Bytes wrap_with_padding(ByteView car) {
    Bytes wrapped = encode_car_v2_head(car.size(), false);
    wrapped[11 + 16] = static_cast<uint8_t>(car_v2_head_size_bytes + 100);
    wrapped.resize(car_v2_head_size_bytes + 100, 0xee);
    append(wrapped, car);
    wrapped.resize(wrapped.size() + 50, 0xee);
    return wrapped;
}

TEST(CarTest, KubosFilesAreReadAndWrittenBackByteForByte) {
    for (const test::Vector& vector : test::vectors("car")) {
        if (vector.name.find("-v2-") != std::string::npos) continue;
        SCOPED_TRACE(vector.name);
        const Walked walked = walk(vector.bytes);
        EXPECT_EQ(walked.end, "no error");
        EXPECT_EQ(walked.version, 1);
        ASSERT_EQ(walked.roots.size(), 1U);
        EXPECT_TRUE(vector.name.ends_with(walked.roots[0].to_text()));
        Bytes written = encode_car_header(walked.roots);
        for (const Block& block : walked.blocks) {
            EXPECT_EQ(block.offset_bytes, written.size());
            EXPECT_TRUE(matches(block.cid.hash(), block.body).value());
            append(written, encode_car_section_head(block.cid, block.body.size()));
            append(written, block.body);
        }
        EXPECT_EQ(written, vector.bytes);
    }
}

TEST(CarTest, PiecesOfAnySizeGiveTheSameBlocks) {
    for (const test::Vector& vector : test::vectors("car")) {
        SCOPED_TRACE(vector.name);
        const Walked whole = walk(vector.bytes);
        EXPECT_EQ(whole.end, "no error");
        for (const size_t piece : {1UZ, 2UZ, 3UZ, 7UZ, 64UZ, 333UZ, 1000UZ}) {
            const Walked pieces = walk(vector.bytes, piece);
            EXPECT_EQ(pieces.end, "no error") << piece;
            EXPECT_EQ(pieces.blocks, whole.blocks) << piece;
            EXPECT_EQ(pieces.roots, whole.roots) << piece;
        }
    }
}

TEST(CarTest, VersionTwoGivesTheBlocksOfTheVersionOneInsideIt) {
    const Bytes car = encode({small_cid("one")}, {"one", "two"});
    const Walked inner = walk(car);
    for (const size_t piece : {SIZE_MAX, size_t{1}, size_t{60}}) {
        const Walked outer = walk(wrap_with_padding(car), piece);
        EXPECT_EQ(outer.end, "no error");
        EXPECT_EQ(outer.version, 2);
        EXPECT_EQ(outer.roots, inner.roots);
        ASSERT_EQ(outer.blocks.size(), 2U);
        EXPECT_EQ(outer.blocks[1].body, inner.blocks[1].body);
        EXPECT_EQ(outer.blocks[1].offset_bytes, inner.blocks[1].offset_bytes + 151);
    }
}

TEST(CarTest, ABodyThatWasFedWholeIsAView) {
    const Bytes car = encode({}, {"one"});
    CarReader reader;
    reader.feed(car);
    const auto section = reader.next().value();
    ASSERT_TRUE(section.has_value());
    EXPECT_EQ(section->body.data() + section->body.size(), car.data() + car.size());
}

TEST(CarTest, NoRootsAndNoBlocksAreACar) {
    EXPECT_EQ(encode_car_header({}), from_hex("11 a2 65 726f6f7473 80 67 76657273696f6e 01"));
    EXPECT_EQ(walk(encode({}, {})).end, "no error");
    // go-car writes missing roots as null.
    EXPECT_EQ(walk(from_hex("11 a2 65 726f6f7473 f6 67 76657273696f6e 01")).end, "no error");
}

TEST(CarTest, ACutStreamIsReportedAtEveryByte) {
    const Bytes car = encode({small_cid("one")}, {"one", "two"});
    const size_t header_size_bytes = encode({small_cid("one")}, {}).size();
    const size_t first_end = encode({small_cid("one")}, {"one"}).size();
    for (size_t size = 0; size < car.size(); ++size) {
        const Walked walked = walk(ByteView(car).first(size));
        if (size == header_size_bytes || size == first_end) {
            EXPECT_EQ(walked.end, "no error");
        } else {
            EXPECT_TRUE(walked.end.starts_with(
                fmt::format("corrupt: CAR: the stream ends at byte {}, inside", size)))
                << walked.end;
        }
    }
}

TEST(CarTest, ACutVersionTwoIsReportedAtEveryByteOfItsData) {
    const Bytes car = encode({small_cid("one")}, {"one", "two"});
    const Bytes wrapped = wrap_with_padding(car);
    for (size_t size = 0; size < 151 + car.size(); ++size) {
        const Walked walked = walk(ByteView(wrapped).first(size));
        EXPECT_TRUE(walked.end.starts_with("corrupt: CAR: the stream ends at byte")) << size;
    }
}

TEST(CarTest, DamageIsReportedWithItsPlaceAndForEver) {
    Bytes car = encode({}, {"one", "two"});
    const size_t second = encode({}, {"one"}).size();
    car[second + 1] = 0x05;  // The CID's version.
    CarReader reader;
    reader.feed(car);
    EXPECT_TRUE(reader.next().value().has_value());
    const std::string first_problem = problem(reader.next());
    EXPECT_TRUE(first_problem.starts_with(
        fmt::format("corrupt: CAR: the section at byte {} does not start with a CID: ", second)))
        << first_problem;
    EXPECT_EQ(problem(reader.next()), first_problem);
    EXPECT_EQ(problem(reader.finish()), first_problem);
}

TEST(CarTest, LengthsAreCheckedBeforeAnythingIsKept) {
    Bytes car = encode_car_header({});
    append_varint(car, uint64_t{1} << 40);
    EXPECT_EQ(walk(car).end,
              "too_large: CAR: the section at byte 18 has 1099511627776 bytes, at most 67109028");
    Bytes endless = encode_car_header({});
    endless.resize(endless.size() + 20, 0xff);
    EXPECT_EQ(walk(endless, 1).end, "corrupt: CAR: the length at byte 18 is no varint");
    Bytes zero = encode_car_header({});
    zero.push_back(0);
    EXPECT_TRUE(walk(zero).end.starts_with("corrupt: CAR: the section at byte 18"));
}

TEST(CarTest, WrongHeadersAreRefused) {
    EXPECT_EQ(walk(from_hex("0b a1 67 76657273696f6e 182a")).end,
              "unsupported: CAR: version 42; versions 1 and 2 can be read");
    EXPECT_EQ(walk(from_hex("01 80")).end, "corrupt: CAR header: not a CBOR map");
    EXPECT_EQ(walk(from_hex("01 a0")).end, "corrupt: CAR header: no version");
    EXPECT_EQ(walk(from_hex("0b a1 67 76657273696f6e 01 00")).end,
              "corrupt: CAR header: bytes after its map");
    EXPECT_EQ(walk(from_hex("04 a1 61 78 01")).end,
              "corrupt: CAR header: a field that is unknown or there twice");
    EXPECT_EQ(walk(from_hex("08 a1 65 726f6f7473 01")).end,
              "corrupt: CAR header: roots are no list");
    EXPECT_EQ(walk(from_hex("0a a1 65 726f6f7473 81 01 01")).end,
              "corrupt: CAR header: a root is no CID");
    EXPECT_TRUE(walk(from_hex("00")).end.starts_with("corrupt: CAR header: the end"));
}

TEST(CarTest, ASectionMayNotPassTheDataOfVersionTwo) {
    const Bytes car = encode({}, {"one", "two"});
    Bytes wrapped = encode_car_v2_head(car.size() - 1, false);
    append(wrapped, car);
    EXPECT_TRUE(walk(wrapped).end.find("passes the end of the data") != std::string::npos);
}

}  // namespace
}  // namespace kit::formats
