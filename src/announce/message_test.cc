// The golden bytes are Kubo's encoder's: tests/vectors/announce.
#include "announce/message.h"

#include <gtest/gtest.h>

#include <fstream>

#include "announce/limits.h"
#include "formats/multibase.h"

namespace kit::announce {
namespace {

Cid cid_of(std::string_view text) {
    const ByteView piece = as_bytes(text);
    return Cid::v1(formats::Codec::raw, formats::sha2_256(std::span(&piece, 1)));
}

template <typename Message>
void expect_same(const Result<Message>& message, ByteView bytes) {
    ASSERT_TRUE(message) << message.error().to_text();
    const auto written = encode(*message);
    ASSERT_TRUE(written) << written.error().to_text();
    EXPECT_EQ(*written, to_bytes(bytes));
}

struct Vector {
    std::string kind;
    std::string name;
    Bytes bytes;
};

std::vector<Vector> vectors() {
    std::ifstream file(KIT_SOURCE_DIR "/tests/vectors/announce/messages.txt");
    std::vector<Vector> all;
    for (std::string kind, name, hex; file >> kind >> name >> hex;) {
        all.push_back({kind, name, formats::decode_base(formats::Base::base16, hex).value()});
    }
    return all;
}

TEST(AnnounceMessage, WhatKuboEncodesIsReadAndWrittenTheSame) {
    int count = 0;
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.kind + " " + vector.name);
        if (vector.kind == "announcement") {
            expect_same(decode_announcement(vector.bytes), vector.bytes);
        } else if (vector.kind == "want") {
            expect_same(decode_want(vector.bytes), vector.bytes);
        } else if (vector.kind == "offer") {
            expect_same(decode_offer(vector.bytes), vector.bytes);
        } else {
            continue;
        }
        ++count;
    }
    EXPECT_EQ(count, 6);
}

TEST(AnnounceMessage, WhatIsNotSoundIsRefused) {
    int count = 0;
    for (const Vector& vector : vectors()) {
        SCOPED_TRACE(vector.kind + " " + vector.name);
        if (!vector.kind.starts_with("refused-")) continue;
        ++count;
        EXPECT_FALSE(decode_announcement(vector.bytes));
        EXPECT_FALSE(decode_want(vector.bytes));
        EXPECT_FALSE(decode_offer(vector.bytes));
    }
    EXPECT_EQ(count, 21);
}

TEST(AnnounceMessage, TheFieldsOfAVectorAreThoseThatWerePut) {
    for (const Vector& vector : vectors()) {
        if (vector.kind != "announcement" || vector.name != "whole") continue;
        const auto message = decode_announcement(vector.bytes);
        ASSERT_TRUE(message);
        EXPECT_EQ(message->cid.to_text(), "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn");
        EXPECT_EQ(message->size_bytes, 123456789U);
        EXPECT_EQ(message->name, "Grüße.png");
        EXPECT_EQ(message->type, "image/png");
        EXPECT_EQ(message->tags, (std::vector<std::string>{"cats", "dogs"}));
        EXPECT_TRUE(message->metadata.has_value());
        EXPECT_EQ(message->time_ms, 1700000000000);
        EXPECT_EQ(message->load_percent, 37U);
        ASSERT_EQ(message->addresses.size(), 1U);
        EXPECT_EQ(message->addresses[0].to_text(), "/ip4/127.0.0.1/tcp/4001");
    }
}

TEST(AnnounceMessage, AnotherVersionIsSaidToBeOne) {
    for (const Vector& vector : vectors()) {
        if (vector.name != "version_2") continue;
        const auto message = decode_announcement(vector.bytes);
        ASSERT_FALSE(message);
        EXPECT_EQ(message.error().code, Code::unsupported);
        EXPECT_EQ(message.error().message, "a message of version 2, not 1");
    }
}

TEST(AnnounceMessage, WhatIsTooLongIsRefusedBeforeItIsRead) {
    const auto message = decode_want(Bytes(limits::message_size_bytes_max + 1));
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().code, Code::too_large);
}

TEST(AnnounceMessage, WhatNobodyWouldTakeIsNotWritten) {
    EXPECT_FALSE(encode(Announcement{}));
    EXPECT_FALSE(encode(Announcement{.cid = cid_of("a"), .name = "a\nb"}));
    EXPECT_FALSE(encode(Announcement{.cid = cid_of("a"), .tags = {"b", "a"}}));
    EXPECT_FALSE(encode(Want{.cid = cid_of("a")}));
    EXPECT_FALSE(encode(Offer{.cid = cid_of("a"), .load_percent = 101}));
    EXPECT_TRUE(encode(Announcement{.cid = cid_of("a")}));
}

}  // namespace
}  // namespace kit::announce
