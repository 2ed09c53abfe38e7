// The vectors of tests/vectors/{multibase,multihash,cid,multiaddr}: what Kubo's own libraries make
// of the same input, both ways, and what they refuse.
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>

#include "formats/cid.h"
#include "formats/codec_test_support.h"
#include "formats/multiaddr.h"
#include "formats/multibase.h"
#include "formats/multihash.h"

namespace kit::formats {
namespace {

using test::from_hex;
using Row = std::vector<std::string>;

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> words;
    for (size_t start = 0; start <= text.size();) {
        const size_t end = std::min(text.find(separator, start), text.size());
        words.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    return words;
}

// The lines of tests/vectors/<folder>/<name>.tsv, each cut at its tabs.
std::vector<Row> rows(std::string_view folder, std::string_view name) {
    std::vector<Row> found;
    for (const test::Vector& file : test::vectors(folder)) {
        if (file.name != name) continue;
        for (const std::string& line : split(as_text(file.bytes), '\n')) {
            if (!line.empty()) found.push_back(split(line, '\t'));
        }
    }
    EXPECT_FALSE(found.empty()) << folder << "/" << name;
    return found;
}

uint64_t number(std::string_view text) {
    uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    EXPECT_EQ(result.ec, std::errc()) << text;
    return value;
}

// The message of a size that all tables use.
Bytes pattern(size_t size) {
    Bytes bytes(size);
    for (size_t index = 0; index < size; ++index) bytes[index] = static_cast<uint8_t>(index % 251);
    return bytes;
}

// The first character only keeps empty texts visible in the tables.
std::string_view unquoted(const Row& row) {
    return std::string_view(row[0]).substr(1);
}

TEST(MultiformatsVectorsTest, BasesWriteAndReadAsGoDoes) {
    for (const Row& row : rows("multibase", "valid")) {
        const auto base = find_base(row[0]);
        ASSERT_TRUE(base.has_value()) << row[0];
        EXPECT_EQ(encode_multibase(*base, from_hex(row[1])), row[2]);
        const auto decoded = decode_multibase(row[2]);
        ASSERT_TRUE(decoded.has_value()) << row[2];
        EXPECT_EQ(to_hex(decoded->bytes), row[1]);
    }
}

TEST(MultiformatsVectorsTest, TextThatGoRefusesIsRefused) {
    for (const Row& row : rows("multibase", "invalid")) {
        const Bytes text = from_hex(row[0]);
        EXPECT_FALSE(decode_multibase(as_text(text)).has_value()) << row[1];
    }
}

TEST(MultiformatsVectorsTest, LeniencyOfGoIsNotOurs) {
    for (const Row& row : rows("multibase", "lenient_in_go")) {
        const Bytes bytes = from_hex(row[0]);
        const std::string_view text = as_text(bytes);
        const auto decoded = decode_multibase(text);
        const bool empty = text.size() == 1;  // An empty number is the same for both.
        EXPECT_EQ(decoded.has_value(), empty) << text;
    }
}

TEST(MultiformatsVectorsTest, HashesEqualThoseOfGo) {
    for (const Row& row : rows("multihash", "valid")) {
        const auto info = find_hash(row[0]);
        ASSERT_TRUE(info.has_value()) << row[0];
        const Bytes message = pattern(number(row[1]));
        const auto computed = hash(info->code, message, number(row[2]));
        ASSERT_TRUE(computed.has_value()) << row[0] << " " << row[1];
        ASSERT_EQ(to_hex(computed->bytes()), row[3]) << row[0] << " " << row[1];
        EXPECT_TRUE(matches(*computed, message).value());
        const auto parsed = MultihashView::from_bytes(computed->bytes());
        ASSERT_TRUE(parsed.has_value());
        EXPECT_EQ(parsed->code(), info->code);
    }
}

TEST(MultiformatsVectorsTest, EveryFunctionIsInTheVectors) {
    std::vector<std::string> names;
    for (const Row& row : rows("multihash", "valid")) names.push_back(row[0]);
    for (const HashInfo& info : known_hashes()) {
        // Kubo names these and cannot compute them.
        if (info.name.starts_with("blake2s") && info.name != "blake2s-256") continue;
        if (info.name == "keccak-224" || info.name == "keccak-384") continue;
        EXPECT_NE(std::ranges::find(names, info.name), names.end()) << info.name;
    }
}

TEST(MultiformatsVectorsTest, MultihashesThatGoRefusesAreRefused) {
    for (const Row& row : rows("multihash", "invalid")) {
        EXPECT_FALSE(MultihashView::from_bytes(from_hex(row[0].substr(2))).has_value()) << row[0];
    }
}

TEST(MultiformatsVectorsTest, CidsHaveThePartsThatGoSees) {
    for (const Row& row : rows("cid", "valid")) {
        const auto made = Cid::from_text(row[0]);
        ASSERT_TRUE(made.has_value()) << row[0];
        EXPECT_EQ(made->version(), static_cast<int>(number(row[1])));
        EXPECT_EQ(made->codec(), number(row[2]));
        EXPECT_EQ(made->hash().code(), number(row[3]));
        EXPECT_EQ(to_hex(made->bytes()), row[4]);
        EXPECT_EQ(made->to_v1().to_text(), row[5]);
        EXPECT_EQ(made->to_text(Base::base36), row[6]);
        EXPECT_EQ(Cid::from_bytes(made->bytes()).value(), *made);
        EXPECT_EQ(Cid::from_text(row[5]).value(), made->to_v1());
    }
}

TEST(MultiformatsVectorsTest, CidsThatGoRefusesAreRefused) {
    for (const Row& row : rows("cid", "invalid")) {
        EXPECT_FALSE(Cid::from_text(unquoted(row)).has_value()) << row[0];
    }
}

TEST(MultiformatsVectorsTest, AddressesAreWhatGoMakesOfThem) {
    for (const Row& row : rows("multiaddr", "valid")) {
        const auto made = Multiaddr::from_text(row[0]);
        ASSERT_TRUE(made.has_value()) << made.error().to_text();
        EXPECT_EQ(to_hex(made->bytes()), row[1]) << row[0];
        EXPECT_EQ(made->to_text(), row[2]);
        EXPECT_EQ(Multiaddr::from_bytes(made->bytes()).value(), *made);
        EXPECT_EQ(Multiaddr::from_text(row[2]).value(), *made);
    }
}

TEST(MultiformatsVectorsTest, AddressesThatGoRefusesAreRefused) {
    for (const Row& row : rows("multiaddr", "invalid")) {
        EXPECT_FALSE(Multiaddr::from_text(unquoted(row)).has_value()) << row[0];
    }
}

}  // namespace
}  // namespace kit::formats
