#include "formats/dag_pb.h"

#include <gtest/gtest.h>

#include <random>

#include "formats/codec_test_support.h"

namespace kit::formats {
namespace {

using test::cid;
using test::from_hex;
using test::problem;

// The root of a folder with the file "a" ("hi\n"), as Kubo 0.43.1 writes it.
constexpr std::string_view folder_block =
    "12290a221220a36156ac05daf15ac7de227014601017e6233d28b314c22cef39f533b175fbbe120161180b0a02080"
    "1";

std::string refusal(std::string_view hex) {
    return problem(decode_dag_pb(from_hex(hex)));
}

PbNode random_node(uint64_t seed) {
    std::mt19937_64 random(seed);
    PbNode node;
    for (uint64_t count = random() % 200; count > 0; --count) {
        const std::string content(random() % 40, static_cast<char>(random()));
        PbLink link{.cid = random() % 2 == 0 ? test::small_cid(content)
                                             : Cid::v0(sha2_256({{as_bytes(content)}})),
                    .name = std::string(random() % 300, 'n'),
                    .total_size = random() >> (random() % 64)};
        link.has_name = random() % 4 != 0;
        if (!link.has_name) link.name.clear();
        link.has_total_size = random() % 4 != 0;
        if (!link.has_total_size) link.total_size = 0;
        node.links.push_back(std::move(link));
    }
    if (random() % 3 != 0) node.data = Bytes(random() % 1000, 7);
    return node;
}

TEST(DagPbTest, KubosFolderIsReadAndWrittenBack) {
    const Bytes block = from_hex(folder_block);
    const PbNode node = decode_dag_pb(block).value();
    ASSERT_EQ(node.links.size(), 1U);
    EXPECT_EQ(node.links[0].cid, cid("QmZLRFWaz9Kypt2ACNMDzA5uzACDRiCqwdkNSP1UZsu56D"));
    EXPECT_EQ(node.links[0].name, "a");
    EXPECT_EQ(node.links[0].total_size, 11U);
    EXPECT_EQ(node.data, from_hex("0801"));
    EXPECT_EQ(encode_dag_pb(node), block);
}

TEST(DagPbTest, TheBlockHasItsExactSizeFromTheStart) {
    const Bytes block = encode_dag_pb(random_node(1));
    EXPECT_EQ(block.capacity(), block.size());
}

TEST(DagPbTest, AbsentAndEmptyDataAreDifferentBlocks) {
    EXPECT_TRUE(encode_dag_pb({}).empty());
    EXPECT_EQ(encode_dag_pb({.links = {}, .data = Bytes()}), from_hex("0a00"));
    EXPECT_FALSE(decode_dag_pb({}).value().data.has_value());
    EXPECT_EQ(decode_dag_pb(from_hex("0a00")).value().data, Bytes());
}

TEST(DagPbTest, DataIsReadBeforeAndAfterLinks) {
    const PbNode usual = decode_dag_pb(from_hex("12060a0401550000 0a0101")).value();
    const PbNode legacy = decode_dag_pb(from_hex("0a0101 12060a0401550000")).value();
    EXPECT_EQ(encode_dag_pb(usual), encode_dag_pb(legacy));
    EXPECT_FALSE(usual.links[0].has_name);
    EXPECT_FALSE(usual.links[0].has_total_size);
}

TEST(DagPbTest, RandomNodesComeBack) {
    for (uint64_t seed = 0; seed < 200; ++seed) {
        SCOPED_TRACE(seed);
        const Bytes block = encode_dag_pb(random_node(seed));
        const PbNode node = decode_dag_pb(block).value();
        EXPECT_EQ(encode_dag_pb(node), block);
        const PbNodeView view = view_dag_pb(block).value();
        ASSERT_EQ(view.links.size(), node.links.size());
        for (size_t index = 0; index < view.links.size(); ++index) {
            EXPECT_TRUE(equal(view.links[index].cid, node.links[index].cid.bytes()));
            EXPECT_EQ(view.links[index].name, node.links[index].name);
            EXPECT_EQ(view.links[index].total_size, node.links[index].total_size);
        }
        EXPECT_EQ(view.data.has_value(), node.data.has_value());
    }
}

TEST(DagPbTest, SizesAreKnownWithoutWriting) {
    for (const uint64_t total_size : {uint64_t{0}, uint64_t{127}, uint64_t{128}, UINT64_MAX}) {
        const PbNode node{.links = {{.cid = test::small_cid("x"),
                                     .name = std::string(130, 'n'),
                                     .total_size = total_size}},
                          .data = {}};
        EXPECT_EQ(encode_dag_pb(node).size(),
                  encoded_link_size(node.links[0].cid.bytes().size(), 130, total_size));
    }
}

TEST(DagPbTest, AHeadAndItsDataAreABlock) {
    const Bytes data(300, 9);
    Bytes block = dag_pb_head_of_data(data.size());
    append(block, data);
    EXPECT_EQ(block, encode_dag_pb({.links = {}, .data = data}));
}

TEST(DagPbTest, BytesAfterTheCidInItsFieldArePassedOverAsInGo) {
    const Bytes block = from_hex("12080a06 01550000 ffff");
    EXPECT_EQ(decode_dag_pb(block).value().links[0].cid, test::small_cid(""));
    EXPECT_EQ(view_dag_pb(block).value().links[0].cid.size(), 4U);
}

TEST(DagPbTest, WrongFramesAreRefused) {
    EXPECT_EQ(refusal("0a"), "corrupt: PBNode: an end inside a number at byte 1 of 1");
    EXPECT_EQ(refusal("0a0500"),
              "corrupt: PBNode: a field longer than what is left at byte 2 of 3");
    EXPECT_EQ(refusal("0801"), "corrupt: PBNode: a field has wire type 0");
    EXPECT_EQ(refusal("1a00"), "corrupt: PBNode: field 3 does not exist, only 1 and 2");
    EXPECT_EQ(refusal("0200"),
              "corrupt: PBNode: a field number or wire type that does not exist at byte 1 of 2");
    EXPECT_EQ(refusal("0a ffffffffffffffffff02"),
              "corrupt: PBNode: a number above 64 bits at byte 1 of 11");
}

TEST(DagPbTest, RepeatedAndMisplacedFieldsAreRefused) {
    EXPECT_EQ(refusal("0a000a00"), "corrupt: PBNode: Data appears twice");
    EXPECT_EQ(refusal("12060a0401550000 0a00 12060a0401550000"),
              "corrupt: PBNode: Links stand on both sides of Data");
    EXPECT_EQ(refusal("120c 0a0401550000 0a0401550000"), "corrupt: PBLink: Hash appears twice");
    EXPECT_EQ(refusal("120a 0a0401550000 1200 1200"), "corrupt: PBLink: Name appears twice");
    EXPECT_EQ(refusal("120a 0a0401550000 1800 1800"), "corrupt: PBLink: Tsize appears twice");
    EXPECT_EQ(refusal("1208 1200 0a0401550000"),
              "corrupt: PBLink: Hash stands after a field that must follow it");
    EXPECT_EQ(refusal("120a 0a0401550000 1800 1200"),
              "corrupt: PBLink: Name stands after a field that must follow it");
}

TEST(DagPbTest, WrongLinksAreRefused) {
    EXPECT_EQ(refusal("1200"), "corrupt: PBLink: Hash is missing");
    EXPECT_EQ(refusal("12020801"), "corrupt: PBLink: Hash has wire type 0");
    EXPECT_EQ(refusal("1208 0a0401550000 1001"), "corrupt: PBLink: Name has wire type 0");
    EXPECT_EQ(refusal("1208 0a0401550000 1a00"), "corrupt: PBLink: Tsize has wire type 2");
    EXPECT_EQ(refusal("1208 0a0401550000 2000"),
              "corrupt: PBLink: field 4 does not exist, only 1 to 3");
    EXPECT_TRUE(refusal("12020a00").starts_with("corrupt: PBLink: Hash is no CID: "));
    EXPECT_TRUE(refusal("12050a03015500").starts_with("corrupt: PBLink: Hash is no CID: "));
}

}  // namespace
}  // namespace kit::formats
