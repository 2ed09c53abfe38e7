// Records: Kubo's are read and hold, ours hold, and what was changed does not.
#include "formats/ipns_record.h"

#include <gtest/gtest.h>

#include "base/env.h"
#include "formats/codec_test_support.h"

namespace kit::formats::test {
namespace {

constexpr Moment now{1'700'000'000, 0};

class IpnsRecordTest : public testing::Test {
protected:
    static PrivateKey key(KeyType type) {
        return PrivateKey::generate(type, real_env().random).value();
    }
    static std::string judged(const PrivateKey& key, ByteView bytes) {
        const auto record = IpnsRecord::from_bytes(bytes);
        if (!record) return problem(record);
        return problem(record->validate(PeerId::of(key.public_key()), now));
    }
    const IpnsContent content_{.value = "/ipfs/bafkqaaa",
                               .sequence = 7,
                               .valid_until = {now.seconds + 60, 5},
                               .ttl_ns = 9};
};

TEST_F(IpnsRecordTest, KubosRecordsHoldForTheirNames) {
    int count = 0;
    for (const Vector& vector : vectors("ipns")) {
        const PeerId name = PeerId::from_text(vector.name).value();
        const IpnsRecord record = IpnsRecord::from_bytes(vector.bytes).value();
        EXPECT_EQ(problem(record.validate(name, now)), "no error") << vector.name;
        const IpnsContent content = record.content().value();
        EXPECT_TRUE(content.value.starts_with("/ipfs/baf"));
        EXPECT_EQ(content.ttl_ns, 3'155'760'000'000'000'000U);
        EXPECT_TRUE(to_rfc3339(content.valid_until).starts_with("2123-04-12T1"));
        EXPECT_TRUE(record.has_v1_signature());
        const PeerId other = PeerId::of(key(KeyType::ed25519).public_key());
        EXPECT_NE(problem(record.validate(other, now)), "no error");
        ++count;
    }
    EXPECT_EQ(count, 3);
}

TEST_F(IpnsRecordTest, OursHoldForEveryKeyAndForm) {
    for (const KeyType type : {KeyType::ed25519, KeyType::secp256k1, KeyType::rsa}) {
        const PrivateKey signer = key(type);
        for (const IpnsForm form : {IpnsForm::v1_and_v2, IpnsForm::v2_only}) {
            const IpnsRecord record = IpnsRecord::create(signer, content_, form).value();
            EXPECT_EQ(judged(signer, record.bytes()), "no error");
            const IpnsRecord again = IpnsRecord::from_bytes(record.bytes()).value();
            EXPECT_EQ(again.content()->value, content_.value);
            EXPECT_EQ(again.content()->sequence, 7U);
            EXPECT_EQ(again.content()->valid_until, content_.valid_until);
            EXPECT_EQ(again.content()->ttl_ns, 9U);
            EXPECT_EQ(again.has_v1_signature(), form == IpnsForm::v1_and_v2);
        }
    }
}

TEST_F(IpnsRecordTest, NoByteCanBeChangedUnseen) {
    const PrivateKey signer = key(KeyType::ed25519);
    const IpnsRecord record = IpnsRecord::create(signer, content_).value();
    // The first signature is nobody's proof any more; field 2 starts after the value.
    const size_t v1_begin = 2 + content_.value.size() + 2;
    for (size_t i = 0; i < record.bytes().size(); ++i) {
        if (i >= v1_begin && i < v1_begin + 64) continue;
        Bytes changed = to_bytes(record.bytes());
        changed[i] ^= 1;
        EXPECT_NE(judged(signer, changed), "no error") << "byte " << i;
    }
}

TEST_F(IpnsRecordTest, ARecordEnds) {
    const PrivateKey signer = key(KeyType::ed25519);
    const PeerId name = PeerId::of(signer.public_key());
    const IpnsRecord record = IpnsRecord::create(signer, content_).value();
    EXPECT_TRUE(record.validate(name, content_.valid_until));
    const Moment late{content_.valid_until.seconds, 6};
    EXPECT_TRUE(problem(record.validate(name, late)).starts_with("timeout: record is expired"));
}

TEST_F(IpnsRecordTest, TheSecondSignatureMustBeThere) {
    const PrivateKey signer = key(KeyType::ed25519);
    const IpnsRecord record = IpnsRecord::create(signer, content_).value();
    // Field 8 (tag 42, 64 bytes) becomes field 10, which nobody knows.
    Bytes changed = to_bytes(record.bytes());
    for (size_t i = 0; i + 1 < changed.size(); ++i) {
        if (changed[i] == 0x42 && changed[i + 1] == 64) changed[i] = 0x52;
    }
    EXPECT_EQ(judged(signer, changed), "corrupt: signature verification failed");
}

TEST_F(IpnsRecordTest, HigherSequencesAndLaterEndsCount) {
    const PrivateKey signer = key(KeyType::ed25519);
    const auto make = [&](uint64_t sequence, int64_t end) {
        IpnsContent content = content_;
        content.sequence = sequence;
        content.valid_until.seconds = end;
        return IpnsRecord::create(signer, content).value();
    };
    EXPECT_TRUE(compare_records(make(2, 10), make(1, 20)).value() > 0);
    EXPECT_TRUE(compare_records(make(2, 10), make(2, 20)).value() < 0);
    EXPECT_TRUE(compare_records(make(2, 10), make(2, 10)).value() == 0);
}

TEST_F(IpnsRecordTest, WhatIsTooLargeOrMalformedIsRefused) {
    const PrivateKey signer = key(KeyType::ed25519);
    IpnsContent large = content_;
    large.value += std::string(10'000, 'a');
    EXPECT_EQ(IpnsRecord::create(signer, large).error().code, Code::too_large);
    EXPECT_EQ(IpnsRecord::from_bytes(Bytes(10'241)).error().code, Code::too_large);
    EXPECT_EQ(problem(IpnsRecord::from_bytes({})),
              "corrupt: record is malformed\nrecord is missing the dag-cbor data field");
    EXPECT_EQ(IpnsRecord::from_bytes(Bytes{0x4a, 1, 0xa0}).error().code, Code::corrupt);
    EXPECT_EQ(IpnsRecord::from_bytes(Bytes{0x4a, 9, 0xa0}).error().code, Code::corrupt);
    large = content_;
    large.sequence = UINT64_MAX;
    EXPECT_EQ(IpnsRecord::create(signer, large).error().code, Code::invalid_argument);
}

TEST(Rfc3339Test, TimesAreGosText) {
    EXPECT_EQ(to_rfc3339({0, 0}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339({-1, 500'000'000}), "1969-12-31T23:59:59.5Z");
    EXPECT_EQ(to_rfc3339({951'782'400, 1}), "2000-02-29T00:00:00.000000001Z");
    EXPECT_EQ(*from_rfc3339("2123-04-12T13:44:59.801728Z"), (Moment{4'836'980'699, 801'728'000}));
    EXPECT_EQ(*from_rfc3339("1970-01-01T02:00:00+02:00"), (Moment{0, 0}));
    EXPECT_EQ(*from_rfc3339("1969-12-31T23:30:00-00:30"), (Moment{0, 0}));
    for (const int64_t seconds : {-62'135'596'800LL, 253'402'300'799LL, 1'709'164'800LL}) {
        EXPECT_EQ(from_rfc3339(to_rfc3339({seconds, 0}))->seconds, seconds);
    }
    for (const std::string_view text :
         {"", "2001-02-29T00:00:00Z", "2001-13-01T00:00:00Z", "2001-01-01 00:00:00Z",
          "2001-01-01T24:00:00Z", "2001-01-01T00:00:00", "2001-01-01T00:00:00.Z",
          "2001-01-01T00:00:00Zx", "+001-01-01T00:00:00Z"}) {
        EXPECT_FALSE(from_rfc3339(text)) << text;
    }
}

}  // namespace
}  // namespace kit::formats::test
