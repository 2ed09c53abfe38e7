// What must hold for every value: a fixed generator makes them, the seed is printed on failure.
#include <gtest/gtest.h>

#include <random>

#include "base/limits.h"
#include "formats/cid.h"
#include "formats/multiaddr.h"
#include "formats/multihash.h"
#include "formats/varint.h"

namespace kit::formats {
namespace {

class Random final {
public:
    explicit Random(uint64_t seed) : engine_(seed) {}

    size_t below(size_t bound) { return engine_() % bound; }
    Bytes bytes(size_t size) {
        Bytes made(size);
        for (uint8_t& byte : made) byte = static_cast<uint8_t>(engine_());
        return made;
    }
    // Small numbers are as likely as large ones. Of 63 bits, as multiformats have them.
    uint64_t number() { return engine_() >> (1 + below(63)); }
    Multihash multihash() {
        return Multihash::wrap(number(), bytes(below(limits::digest_size_bytes_max + 1)));
    }

private:
    std::mt19937_64 engine_;
};

TEST(MultiformatsPropertyTest, VarintsComeBackAndLeaveTheRest) {
    Random random(1);
    for (int count = 0; count < 5000; ++count) {
        const uint64_t value = random.number();
        Bytes bytes;
        append_varint(bytes, value);
        const size_t size = bytes.size();
        append(bytes, random.bytes(random.below(4)));
        ASSERT_EQ(read_varint(bytes).value().value, value);
        ASSERT_EQ(read_varint(bytes).value().size_bytes, size);
        ASSERT_EQ(read_protobuf_varint(bytes).value().value, value);
        ASSERT_FALSE(read_varint(ByteView(bytes).first(size - 1)).has_value());
    }
}

TEST(MultiformatsPropertyTest, CidsComeBackFromBytesAndFromEveryBase) {
    for (uint64_t seed = 0; seed < 300; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const Multihash hash = random.multihash();
        const uint64_t codec = random.number();
        const Cid cid = Cid::v1(codec, hash);
        ASSERT_EQ(cid.codec(), codec);
        ASSERT_EQ(cid.hash(), hash.view());
        ASSERT_EQ(Cid::from_bytes(cid.bytes()).value(), cid);
        for (const BaseInfo& info : known_bases()) {
            ASSERT_EQ(Cid::from_text(cid.to_text(info.base)).value(), cid) << info.name;
        }
        Bytes followed = to_bytes(cid.bytes());
        append(followed, random.bytes(1 + random.below(9)));
        ASSERT_EQ(Cid::from_prefix(followed).value().cid, cid);
        ASSERT_FALSE(Cid::from_bytes(followed).has_value());
        const size_t cut = random.below(cid.bytes().size());
        ASSERT_FALSE(Cid::from_bytes(cid.bytes().first(cut)).has_value());
    }
}

TEST(MultiformatsPropertyTest, ChangedBytesAreRefusedOrAnotherCid) {
    for (uint64_t seed = 0; seed < 2000; ++seed) {
        Random random(seed);
        const Cid cid = Cid::v1(random.number(), random.multihash());
        Bytes changed = to_bytes(cid.bytes());
        changed[random.below(changed.size())] ^= static_cast<uint8_t>(1 + random.below(255));
        const auto read = Cid::from_bytes(changed);
        if (!read) continue;
        ASSERT_NE(*read, cid) << seed;
        ASSERT_TRUE(equal(read->bytes(), changed)) << seed;
    }
}

TEST(MultiformatsPropertyTest, HoweverAMessageIsCutItsHashIsTheSame) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        const Bytes message = random.bytes(random.below(limits::digest_size_bytes_max + 1));
        std::vector<ByteView> pieces;
        for (ByteView rest = message; !rest.empty();) {
            const size_t size = random.below(rest.size() + 1);
            pieces.push_back(rest.first(size));
            rest = rest.subspan(size);
        }
        for (const HashInfo& info : known_hashes()) {
            ASSERT_EQ(hash(info.code, pieces).value(), hash(info.code, message).value());
        }
    }
}

// A text of one part with its protocol.
std::string random_part(Random& random) {
    const auto peer = [&random] {
        const Multihash hash = Multihash::wrap(0x12, random.bytes(32));
        return encode_base(Base::base58btc, hash.bytes());
    };
    switch (random.below(12)) {
        case 0:
            return fmt::format("/ip4/{}.{}.{}.{}", random.below(256), random.below(256),
                               random.below(256), random.below(256));
        case 1:
            return fmt::format("/ip6/{:x}:0:{:x}:0:0:{:x}:0:1", random.below(65536),
                               random.below(2), random.below(3));
        case 2:
            return fmt::format("/tcp/{}", random.below(65536));
        case 3:
            return fmt::format("/udp/{}/quic-v1", random.below(65536));
        case 4:
            return fmt::format("/dns4/host{}.example", random.number());
        case 5:
            return "/p2p/" + peer();
        case 6:
            return "/p2p-circuit";
        case 7:
            return fmt::format("/memory/{}", random.number());
        case 8:
            return fmt::format("/webtransport/certhash/{}",
                               encode_multibase(Base::base64url, random.multihash().bytes()));
        case 9:
            return fmt::format("/onion/{}:{}", encode_base(Base::base32, random.bytes(10)),
                               1 + random.below(65535));
        case 10:
            return fmt::format("/http-path/a%2F{}", random.number());
        default:
            return "/tls/ws";
    }
}

TEST(MultiformatsPropertyTest, AddressesComeBackFromBothForms) {
    for (uint64_t seed = 0; seed < 500; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        std::string text;
        for (size_t count = 1 + random.below(6); count > 0; --count) text += random_part(random);
        const auto address = Multiaddr::from_text(text);
        ASSERT_TRUE(address.has_value()) << address.error().to_text();
        ASSERT_EQ(Multiaddr::from_text(address->to_text()).value(), *address);
        ASSERT_EQ(Multiaddr::from_bytes(address->bytes()).value(), *address);
        const Multiaddr tail = Multiaddr::from_text(random_part(random) + "/utp").value();
        ASSERT_EQ(address->encapsulate(tail).value().decapsulate(tail), *address);
    }
}

}  // namespace
}  // namespace kit::formats
