#include "formats/multihash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "base/limits.h"

namespace kit::formats {
namespace {

std::string hex_of(std::string_view name, std::string_view message) {
    const auto info = find_hash(name);
    if (!info) return "unknown";
    const auto computed = hash(info->code, as_bytes(message));
    if (!computed) return computed.error().to_text();
    return to_hex(computed->digest());
}

TEST(MultihashTest, TheExamplesOfTheStandards) {
    EXPECT_EQ(hex_of("sha1", "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(hex_of("sha2-256", "abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex_of("sha2-512", "abc").substr(0, 32), "ddaf35a193617abacc417349ae204131");
    EXPECT_EQ(hex_of("sha3-256", "abc"),
              "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
    EXPECT_EQ(hex_of("blake2b-512", "abc").substr(0, 32), "ba80a53f981c4d0d6a2797b69f12f6e9");
    EXPECT_EQ(hex_of("blake2s-256", "abc"),
              "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982");
    EXPECT_EQ(hex_of("blake2b-160", "abc"), "384264f676f39536840523f284921cdc68b6846b");
    EXPECT_EQ(hex_of("keccak-256", "abc"),
              "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
    EXPECT_EQ(hex_of("keccak-224", ""), "f71837502ba8e10837bdd8d365adb85591895602fc552b48b7390abd");
    EXPECT_EQ(hex_of("keccak-384", "").substr(0, 32), "2c23146a63a29acf99e73b88f8c24eaa");
    EXPECT_EQ(hex_of("blake2s-160", "abc"), "5ae3b99be29b01834c3b508521ede60438f8de17");
    EXPECT_EQ(hex_of("blake3", "abc"),
              "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85");
    EXPECT_EQ(hex_of("identity", "abc"), "616263");
}

TEST(MultihashTest, TheBytesAreCodeLengthDigest) {
    const auto computed = hash(HashCode::sha2_256, as_bytes("abc"));
    EXPECT_EQ(to_hex(computed->bytes().first(6)), "1220ba7816bf");
    EXPECT_EQ(to_hex(hash(HashCode::identity, as_bytes("abc"))->bytes()), "0003616263");
    EXPECT_EQ(to_hex(hash(HashCode::blake2s_256, {})->bytes().first(5)), "e0e4022069");
}

TEST(MultihashTest, PiecesAreOneMessage) {
    const ByteView pieces[] = {as_bytes("a"), {}, as_bytes("bc")};
    for (const HashInfo& info : known_hashes()) {
        EXPECT_EQ(*hash(info.code, pieces), *hash(info.code, as_bytes("abc"))) << info.name;
        EXPECT_EQ(*hash(info.code, std::span<const ByteView>()), *hash(info.code, ByteView()));
    }
    EXPECT_EQ(sha2_256(pieces), *hash(HashCode::sha2_256, as_bytes("abc")));
}

TEST(MultihashTest, AShorterDigestIsAPrefix) {
    for (const HashInfo& info : known_hashes()) {
        if (info.code == 0) continue;
        const auto whole = hash(info.code, as_bytes("message"));
        ASSERT_EQ(whole->digest().size(), info.digest_size_bytes) << info.name;
        const auto cut = hash(info.code, as_bytes("message"), whole->digest().size() / 2 + 1);
        if (info.digest_size_bytes == 1) continue;
        EXPECT_TRUE(equal(cut->digest(), whole->digest().first(cut->digest().size())));
        EXPECT_TRUE(matches(*cut, as_bytes("message")).value());
        EXPECT_FALSE(matches(*cut, as_bytes("Message")).value());
    }
}

TEST(MultihashTest, LengthsThatNoFunctionGivesAreRefused) {
    EXPECT_EQ(hash(0x12, as_bytes("x"), 33).error().code, Code::invalid_argument);
    EXPECT_EQ(hash(0x12, as_bytes("x"), 0).error().code, Code::invalid_argument);
    EXPECT_EQ(hash(0x18, as_bytes("x"), 129).error().code, Code::invalid_argument);
    EXPECT_EQ(hash(0x18, as_bytes("x"), 128)->digest().size(), 128U);
    EXPECT_EQ(hash(0x00, as_bytes("x"), 2).error().code, Code::invalid_argument);
    EXPECT_EQ(hash(0x00, Bytes(129)).error().code, Code::too_large);
    EXPECT_EQ(hash(0x99, as_bytes("x")).error().code, Code::unsupported);
}

TEST(MultihashTest, AMessageMatchesOnlyItsOwnHash) {
    for (const HashInfo& info : known_hashes()) {
        const auto computed = hash(info.code, as_bytes("message"));
        EXPECT_TRUE(matches(*computed, as_bytes("message")).value()) << info.name;
        EXPECT_FALSE(matches(*computed, as_bytes("messagf")).value()) << info.name;
    }
    EXPECT_FALSE(matches(Multihash::wrap(0x12, {}), as_bytes("x")).value());
    EXPECT_FALSE(matches(Multihash::wrap(0x14, Bytes(65)), as_bytes("x")).value());
    EXPECT_EQ(matches(Multihash::wrap(0x99, {}), {}).error().code, Code::unsupported);
}

TEST(MultihashTest, MalformedBytesAreRefused) {
    const auto code_of = [](const Bytes& bytes) {
        const auto view = MultihashView::from_bytes(bytes);
        return view ? "well-formed" : code_name(view.error().code);
    };
    EXPECT_EQ(code_of({}), "corrupt");
    EXPECT_EQ(code_of({0x12}), "corrupt");
    EXPECT_EQ(code_of({0x12, 0x02, 0x01}), "corrupt");
    EXPECT_EQ(code_of({0x12, 0x01, 0x01, 0x01}), "corrupt");
    EXPECT_EQ(code_of({0x92, 0x00, 0x01, 0x01}), "corrupt");
    EXPECT_EQ(code_of({0x12, 0x81, 0x00, 0x01}), "corrupt");
    EXPECT_EQ(code_of({0x12, 0x81, 0x01}), "too_large");
    EXPECT_EQ(code_of({0x12, 0x00}), "well-formed");
    EXPECT_EQ(code_of({0x99, 0x01, 0x01, 0xff}), "well-formed");
}

TEST(MultihashTest, AnOwnedHashSurvivesItsSource) {
    Multihash kept;
    {
        const Bytes bytes = {0x13, 0x02, 0xab, 0xcd};
        kept = Multihash(*MultihashView::from_bytes(bytes));
    }
    EXPECT_EQ(kept.code(), 0x13U);
    EXPECT_EQ(to_hex(kept.digest()), "abcd");
    const Multihash copy = kept;
    EXPECT_EQ(copy, kept);
    EXPECT_EQ(MultihashHash()(copy), MultihashHash()(kept));
    EXPECT_TRUE(Multihash().empty());
}

TEST(MultihashTest, WhatKuboAllowsIsAllowed) {
    const auto problem = [](uint64_t code, size_t size) {
        const auto allowed = check_is_allowed(Multihash::wrap(code, Bytes(size)));
        return allowed ? "" : allowed.error().message;
    };
    EXPECT_EQ(problem(0x12, 20), "");
    EXPECT_EQ(problem(0x00, 0), "");
    EXPECT_EQ(problem(0x12, 19), "digest too small: sha2-256 digest got 19 bytes, minimum 20");
    EXPECT_EQ(problem(0x22, 8), "potentially insecure hash functions not allowed");
    EXPECT_EQ(problem(0xb213, 32), "potentially insecure hash functions not allowed");
    EXPECT_EQ(problem(0xb214, 20), "");
    const auto allowed_count = std::ranges::count_if(
        known_hashes(), [](const HashInfo& info) { return is_allowed_hash(info.code); });
    EXPECT_EQ(allowed_count, 73);  // What Kubo 0.43.1 lists.
}

TEST(MultihashTest, ThreadsDoNotDisturbEachOther) {
    const Bytes message(100'000, 0x5a);
    const auto expected = hash(HashCode::sha3_256, message);
    std::vector<std::thread> threads;
    threads.reserve(4);
    for (int count = 0; count < 4; ++count) {
        threads.emplace_back([&] { EXPECT_EQ(*hash(HashCode::sha3_256, message), *expected); });
    }
    for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace kit::formats
