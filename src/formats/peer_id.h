// A peer is named by its public key: by the key itself when it is short, by its hash when not.
// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "formats/cid.h"
#include "formats/key.h"

namespace kit::formats {

// A value: copies, compares by bytes. Also what an IPNS name is.
class PeerId final {
public:
    // An identity multihash of protobufs up to 42 bytes, sha2-256 of longer ones.
    static PeerId of(const PublicKey& key);
    // A multihash, identity or sha2-256. Fails with invalid_argument.
    static Result<PeerId> from_bytes(ByteView multihash);
    // "12D3Koo..." or "Qm..." (base58btc), or a CID of codec libp2p-key in any base; "dag-pb" CIDs
    // of old are no peer ids. Fails with invalid_argument.
    static Result<PeerId> from_text(std::string_view text);

    MultihashView hash() const { return hash_.view(); }
    ByteView bytes() const { return hash_.bytes(); }
    Cid to_cid() const { return Cid::v1(Codec::libp2p_key, hash_.view()); }
    // In base58btc.
    std::string to_text() const;
    // As `key list` and IPNS write it: a CID, base36 unless told otherwise.
    std::string to_cid_text(Base base = Base::base36) const { return to_cid().to_text(base); }
    // The key, when the id holds it; nullopt when it is only a hash or holds no key.
    std::optional<PublicKey> public_key() const;
    bool is_of(const PublicKey& key) const { return *this == of(key); }

    friend bool operator==(const PeerId&, const PeerId&) = default;

private:
    explicit PeerId(Multihash hash) : hash_(std::move(hash)) {}
    Multihash hash_;
};

}  // namespace kit::formats
