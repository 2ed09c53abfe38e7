// The golden bytes are boxo's: tests/vectors/bitswap.
#include "exchange/bitswap/message.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "base/simulated_env.h"
#include "exchange/limits.h"

namespace kit::exchange::bitswap {
namespace {

Cid raw(std::string_view text) {
    const ByteView piece = as_bytes(text);
    return Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&piece, 1)));
}
SharedBytes shared(std::string_view text) {
    return SharedBytes::from(to_bytes(as_bytes(text)));
}
BlockPart block(std::string_view text) {
    return {BlockPrefix::of(raw(text)), shared(text)};
}
BlockPart block_v0(std::string_view text) {
    const ByteView piece = as_bytes(text);
    return {BlockPrefix::of(Cid::v0(formats::sha2_256(std::span(&piece, 1)))), shared(text)};
}

Bytes joined(const std::vector<SharedBytes>& pieces) {
    Bytes all;
    for (const SharedBytes& piece : pieces) append(all, piece.view());
    return all;
}
Bytes encoded(const Message& message, Version version = Version::v1_2_0) {
    return joined(encode_message(message, version));
}
Result<Message> decoded(Bytes frame) {
    return decode_message(SharedBytes::from(std::move(frame)));
}
std::string refusal(Bytes frame) {
    const auto message = decoded(std::move(frame));
    return message ? "accepted" : message.error().to_text();
}

std::map<std::string, std::string> vectors() {
    std::ifstream file(KIT_SOURCE_DIR "/tests/vectors/bitswap/messages.txt");
    std::map<std::string, std::string> all;
    std::string name;
    std::string hex;
    while (file >> name >> hex) all[name] = hex;
    return all;
}

std::map<std::string, Message> messages() {
    const auto want = [](int32_t priority, WantType type, bool wants_dont_have) {
        return WantEntry{raw("a"), priority, false, type, wants_dont_have};
    };
    constexpr auto no_more = WantType::block;
    return {
        {"empty", {}},
        {"full", {.is_full = true}},
        {"want_block", {.wants = {want(1, WantType::block, false)}}},
        {"want_have", {.is_full = true, .wants = {want(INT32_MAX, WantType::have, true)}}},
        {"negative_priority", {.wants = {want(-5, WantType::block, true)}}},
        {"cancel", {.wants = {{raw("a"), 0, true, no_more, false}}}},
        {"block", {.blocks = {block("hello")}}},
        {"block_v0", {.blocks = {block_v0("hello")}}},
        {"block_1_0_0", {.blocks = {block_v0("hello")}}},
        {"empty_block", {.blocks = {block("")}}},
        {"have", {.presences = {{raw("a"), true}}}},
        {"dont_have", {.presences = {{raw("a"), false}}, .pending_bytes = 70000}},
        {"all",
         {.is_full = true,
          .wants = {want(7, WantType::block, true)},
          .blocks = {block("hello")},
          .presences = {{raw("b"), true}},
          .pending_bytes = -1}},
    };
}

TEST(MessageTest, WritesWhatBoxoWrites) {
    const auto golden = vectors();
    const auto ours = messages();
    ASSERT_EQ(golden.size(), ours.size());
    for (const auto& [name, message] : ours) {
        const auto version = name.ends_with("1_0_0") ? Version::v1_0_0 : Version::v1_2_0;
        EXPECT_EQ(to_hex(encoded(message, version)), golden.at(name)) << name;
    }
}

TEST(MessageTest, ReadsWhatItWrites) {
    for (const auto& [name, message] : messages()) {
        const auto read = decoded(encoded(message));
        ASSERT_TRUE(read.has_value()) << name << read.error().to_text();
        EXPECT_EQ(encoded(*read), encoded(message)) << name;
        EXPECT_EQ(read->blocks.size(), message.blocks.size());
        EXPECT_EQ(read->empty(), message.empty());
    }
}

TEST(MessageTest, ABlockGetsItsCidFromItsBytes) {
    EXPECT_EQ(cid_of(block("hello")).value(), raw("hello"));
    EXPECT_EQ(cid_of(block_v0("hello")).value().version(), 0);
    const auto old = decoded(encoded({.blocks = {block_v0("hello")}}, Version::v1_0_0));
    ASSERT_TRUE(old.has_value());
    EXPECT_EQ(cid_of(old->blocks.at(0)).value(), cid_of(block_v0("hello")).value());
}

TEST(MessageTest, APrefixOfNoCidIsRefused) {
    BlockPart odd = block("hello");
    odd.prefix.version = 2;
    EXPECT_EQ(cid_of(odd).error().code, Code::invalid_argument);
    odd.prefix = {0, 0x55, 0x12, 32};
    EXPECT_EQ(cid_of(odd).error().code, Code::invalid_argument);
    odd.prefix = {1, 0x55, 0x12, 33};
    EXPECT_FALSE(cid_of(odd).has_value());
    odd.prefix = {1, 0x55, 0x12, 8};  // Cut to where collisions are cheap.
    EXPECT_EQ(cid_of(odd).error().code, Code::invalid_argument);
    odd.prefix = {1, 0x55, 0x9999, 32};
    EXPECT_EQ(cid_of(odd).error().code, Code::unsupported);
}

TEST(MessageTest, LargeBlocksAreSharedAndNotCopied) {
    const SharedBytes large = SharedBytes::from(Bytes(100'000, 7));
    const BlockPart part{BlockPrefix::of(raw("any")), large};
    const auto pieces = encode_message({.blocks = {part, block("small"), part}}, Version::v1_2_0);
    ASSERT_EQ(pieces.size(), 4U);
    EXPECT_EQ(pieces[1].view().data(), large.view().data());
    EXPECT_EQ(pieces[3].view().data(), large.view().data());
    const SharedBytes frame = SharedBytes::from(joined(pieces));
    const auto read = decode_message(frame);
    ASSERT_TRUE(read.has_value());
    const uint8_t* inside = read->blocks[0].data.view().data();
    EXPECT_TRUE(inside > frame.view().data() && inside < frame.view().data() + frame.size());
    EXPECT_TRUE(equal(read->blocks[2].data.view(), large.view()));
}

TEST(MessageTest, UnknownFieldsArePassedOver) {
    Bytes frame = encoded({.presences = {{raw("a"), true}}});
    append(frame, Bytes{0x32, 1, 9, 0x38, 5});  // Fields 6 and 7.
    EXPECT_EQ(decoded(frame).value().presences.size(), 1U);
}

TEST(MessageTest, EveryCutIsRefusedOrShorter) {
    const Bytes whole = encoded(messages().at("all"));
    size_t refused_count = 0;
    for (size_t size = 0; size < whole.size(); ++size) {
        refused_count +=
            decoded(Bytes(whole.begin(), whole.begin() + static_cast<ptrdiff_t>(size))).has_value()
                ? 0
                : 1;
    }
    // Whole are the cuts between fields: after nothing, the want-list, the block, the presence.
    EXPECT_EQ(refused_count, whole.size() - 4);
}

TEST(MessageTest, GarbageIsRefusedWithItsReason) {
    EXPECT_EQ(refusal({0x0a, 2, 0x0a, 0}),
              "a bitswap message: an entry of the want-list has no CID: no bytes are no CID");
    EXPECT_EQ(refusal({0x08, 1}), "a bitswap message: its frame has wire type 0 in field 1");
    EXPECT_EQ(refusal({0x1a, 3, 0x0a, 1, 1}), "a bitswap message: a block has no whole prefix");
    Bytes odd = encoded({.presences = {{raw("a"), false}}});
    odd.back() = 2;
    EXPECT_EQ(refusal(odd), "a bitswap message: a presence is neither HAVE nor DONT_HAVE");
}

TEST(MessageTest, CountsAndSizesAreBounded) {
    EXPECT_EQ(decoded(Bytes(limits::message_size_bytes_max + 1)).error().code, Code::too_large);
    Bytes many;
    for (uint64_t i = 0; i <= limits::message_items_count_max; ++i) append(many, Bytes{0x12, 0});
    EXPECT_EQ(decoded(many).error().code, Code::too_large);
    const Bytes fewer(many.begin(), many.end() - 2);
    EXPECT_EQ(decoded(fewer).value().blocks.size(), limits::message_items_count_max);
}

TEST(MessageTest, TheBestCommonVersionIsChosen) {
    const std::vector<std::string> old = {"/ipfs/id/1.0.0", "/ipfs/bitswap", "/ipfs/bitswap/1.1.0"};
    EXPECT_EQ(best_version(old), Version::v1_1_0);
    EXPECT_EQ(best_version(std::span(old).first(2)), Version::v1_0_0);
    EXPECT_EQ(best_version(std::span(old).first(1)), std::nullopt);
    EXPECT_EQ(protocols_of(Version::v1_0_0).size(), 2U);
    EXPECT_EQ(version_of("/ipfs/bitswap/1.2.0"), Version::v1_2_0);
}

// Random changes of good messages never do worse than being refused.
TEST(MessageTest, DamageIsRefusedOrRead) {
    SimulatedRandom random(5);
    const Bytes whole = encoded(messages().at("all"));
    for (int i = 0; i < 20'000; ++i) {
        Bytes damaged = whole;
        for (int j = 0; j < 3; ++j) {
            damaged[random.below(damaged.size())] = static_cast<uint8_t>(random.below(256));
        }
        const auto read = decoded(std::move(damaged));
        if (read.has_value()) {
            EXPECT_TRUE(decoded(encoded(*read)).has_value());
        }
    }
}

}  // namespace
}  // namespace kit::exchange::bitswap
