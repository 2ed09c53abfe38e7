// A CID names content by its hash and says how to read it: version, codec, multihash.
// https://github.com/multiformats/cid
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"
#include "formats/multibase.h"
#include "formats/multihash.h"

namespace kit::formats {

// The codes of codecs that we read or write; multicodec.h has the whole table.
enum class Codec : uint64_t {
    raw = 0x55,
    dag_pb = 0x70,
    dag_cbor = 0x71,
    libp2p_key = 0x72,
    dag_jose = 0x85,
    git_raw = 0x78,
    cbor = 0x51,
    json = 0x0200,
    dag_json = 0x0129,
};

// A value: copies, compares by bytes, hashes. Default-made it is empty() and names nothing.
class Cid final {
public:
    Cid() = default;
    // ASSERTs that the multihash is sha2-256 with 32 bytes: all that version 0 can name.
    static Cid v0(MultihashView hash);
    static Cid v1(uint64_t codec, MultihashView hash);
    static Cid v1(Codec codec, MultihashView hash) {
        return v1(static_cast<uint64_t>(codec), hash);
    }

    // The whole input is one binary CID. Fails with invalid_argument, saying what is wrong.
    static Result<Cid> from_bytes(ByteView bytes);
    // The input starts with a binary CID; `size_bytes` says how long it is.
    struct Prefix;
    static Result<Prefix> from_prefix(ByteView bytes);
    // "Qm..." or multibase. Fails with invalid_argument.
    static Result<Cid> from_text(std::string_view text);

    bool empty() const { return bytes_.view().empty(); }
    int version() const { return version_; }
    uint64_t codec() const { return codec_; }
    bool is(Codec codec) const { return codec_ == static_cast<uint64_t>(codec); }
    MultihashView hash() const;
    ByteView bytes() const { return bytes_.view(); }

    // Version 0 is always base58btc without a prefix; version 1 is base32 unless told otherwise.
    std::string to_text() const;
    // Version 0 in any base but base58btc is upgraded to version 1, as Kubo's --cid-base does.
    std::string to_text(Base base) const;
    // The same content named by version 1; version 1 itself is unchanged.
    Cid to_v1() const;

    friend bool operator==(const Cid& a, const Cid& b) { return equal(a.bytes(), b.bytes()); }
    friend std::strong_ordering operator<=>(const Cid& a, const Cid& b);

private:
    SmallBytes<40> bytes_;
    uint64_t codec_ = 0;
    uint64_t hash_code_ = 0;
    uint8_t version_ = 0;
    uint8_t hash_offset_ = 0;
    uint8_t digest_offset_ = 0;  // From the start of the multihash.
};

struct Cid::Prefix {
    Cid cid;
    size_t size_bytes;
};

struct CidHash {
    size_t operator()(const Cid& cid) const {
        return MultihashHash()(cid.hash()) ^ (cid.codec() * 0x9e3779b97f4a7c15U);
    }
};

}  // namespace kit::formats
