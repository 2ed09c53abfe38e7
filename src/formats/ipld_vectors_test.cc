// The vectors of tests/vectors/ipld, each codec against each other: what one form decodes to,
// encodes to the bytes of the others.
#include <gtest/gtest.h>

#include <map>

#include "formats/codec_test_support.h"
#include "formats/dag_cbor.h"
#include "formats/dag_pb.h"
#include "formats/ipld.h"
#include "formats/multicodec.h"

namespace kit::formats {
namespace {

using test::problem;

constexpr std::string_view codec_names[] = {"dag-pb", "dag-cbor", "dag-json", "dag-jose",
                                            "git-raw"};

uint64_t code(std::string_view codec_name) {
    return find_codec(codec_name).value().code;
}

Cid cid_of(std::string_view codec_name, ByteView block) {
    return Cid::v1(code(codec_name), sha2_256({{block}}));
}

// "<name>.<CID>": the name may have dots.
std::pair<std::string, Cid> split(const std::string& name) {
    const size_t dot = name.rfind('.');
    return {name.substr(0, dot), test::cid(name.substr(dot + 1))};
}

std::string folder(std::string_view codec_name, std::string_view kind = "") {
    std::string path = fmt::format("ipld/{}", codec_name);
    if (!kind.empty()) path += fmt::format("/{}", kind);
    return path;
}

// The links in a value, in the order of the data.
void collect_links(const Ipld& value, std::vector<Cid>& links) {
    if (const auto* link = std::get_if<Cid>(&value.value)) links.push_back(*link);
    if (const auto* list = std::get_if<Ipld::List>(&value.value)) {
        for (const Ipld& item : *list) collect_links(item, links);
    }
    if (const auto* map = std::get_if<Ipld::Map>(&value.value)) {
        for (const auto& entry : *map) collect_links(entry.value, links);
    }
}

TEST(IpldVectorsTest, EveryFormOfAValueGivesEveryOther) {
    std::map<std::string, std::vector<test::Vector>> forms;
    for (const std::string_view codec_name : codec_names) {
        for (test::Vector& vector : test::vectors(folder(codec_name))) {
            forms[split(vector.name).first].push_back(std::move(vector));
        }
    }
    EXPECT_GE(forms.size(), 90U);
    for (const auto& [name, vectors] : forms) {
        EXPECT_GE(vectors.size(), 2U) << name;
        for (const test::Vector& from : vectors) {
            const auto value = decode_ipld(code(from.ending), from.bytes);
            ASSERT_TRUE(value.has_value()) << name << " " << from.ending << problem(value);
            for (const test::Vector& to : vectors) {
                const auto block = encode_ipld(code(to.ending), *value);
                ASSERT_TRUE(block.has_value()) << name << " " << to.ending << problem(block);
                EXPECT_EQ(cid_of(to.ending, *block), split(to.name).second)
                    << name << ": " << from.ending << " to " << to.ending << ": "
                    << as_text(*block);
            }
        }
    }
}

TEST(IpldVectorsTest, LinksAreThoseOfTheValue) {
    for (const std::string_view codec_name : codec_names) {
        for (const test::Vector& vector : test::vectors(folder(codec_name))) {
            std::vector<Cid> expected;
            collect_links(decode_ipld(code(codec_name), vector.bytes).value(), expected);
            EXPECT_EQ(links_of(code(codec_name), vector.bytes).value(), expected) << vector.name;
        }
    }
}

TEST(IpldVectorsTest, NegativeVectorsAreRefused) {
    for (const std::string_view codec_name : codec_names) {
        for (const test::Vector& vector : test::vectors(folder(codec_name, "negative"))) {
            const auto value = decode_ipld(code(codec_name), vector.bytes);
            ASSERT_FALSE(value.has_value()) << codec_name << " " << vector.name;
            EXPECT_TRUE(value.error().code == Code::corrupt ||
                        value.error().code == Code::too_large)
                << vector.name << ": " << problem(value);
        }
    }
}

TEST(IpldVectorsTest, NoncanonicalVectorsAreReadAndMended) {
    for (const std::string_view codec_name : codec_names) {
        for (const test::Vector& vector : test::vectors(folder(codec_name, "noncanonical"))) {
            const auto value = decode_ipld(code(codec_name), vector.bytes);
            ASSERT_TRUE(value.has_value()) << vector.name << ": " << problem(value);
            const auto written = encode_ipld(code(codec_name), *value);
            ASSERT_TRUE(written.has_value()) << vector.name << ": " << problem(written);
            const Bytes& block = *written;
            EXPECT_EQ(cid_of(codec_name, block), split(vector.name).second)
                << vector.name << ": " << as_text(block);
            if (codec_name != "dag-cbor") continue;
            EXPECT_FALSE(decode_dag_cbor(vector.bytes, DagCborForm::strict).has_value())
                << vector.name;
        }
    }
}

TEST(IpldVectorsTest, StrictDagCborReadsEveryCanonicalVector) {
    for (const test::Vector& vector : test::vectors(folder("dag-cbor"))) {
        const Ipld value = decode_dag_cbor(vector.bytes, DagCborForm::strict).value();
        EXPECT_EQ(encode_dag_cbor(value).value(), vector.bytes) << vector.name;
    }
}

TEST(IpldVectorsTest, FlattenedSignaturesAndEncryptionsBecomeGeneral) {
    for (const test::Vector& vector : test::vectors(folder("dag-jose", "flattened"))) {
        const Ipld value = decode_ipld(code("dag-json"), vector.bytes).value();
        const auto block = encode_ipld(code("dag-jose"), value);
        ASSERT_TRUE(block.has_value()) << vector.name << ": " << problem(block);
        EXPECT_EQ(cid_of("dag-jose", *block), split(vector.name).second) << vector.name;
    }
}

TEST(IpldVectorsTest, WhatDagPbCannotSayIsRefused) {
    for (const test::Vector& vector : test::vectors(folder("dag-pb", "unencodable"))) {
        const Ipld value = decode_ipld(code("dag-json"), vector.bytes).value();
        const auto block = encode_ipld(code("dag-pb"), value);
        ASSERT_FALSE(block.has_value()) << vector.name;
        EXPECT_EQ(block.error().code, Code::unsupported) << vector.name;
    }
}

}  // namespace
}  // namespace kit::formats
