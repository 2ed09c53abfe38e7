#include "formats/peer_id.h"

namespace kit::formats {
namespace {

// "If the length of the serialized bytes is less than or equal to 42, the identity multihash."
constexpr size_t inlined_key_size_bytes_max = 42;

}  // namespace

PeerId PeerId::of(const PublicKey& key) {
    const Bytes message = key.to_protobuf();
    const bool is_inlined = message.size() <= inlined_key_size_bytes_max;
    const HashCode code = is_inlined ? HashCode::identity : HashCode::sha2_256;
    return PeerId(formats::hash(code, message).value());
}

Result<PeerId> PeerId::from_bytes(ByteView multihash) {
    const auto hash = MultihashView::from_bytes(multihash);
    if (!hash) {
        return fail(Code::invalid_argument, "the peer id is no multihash: {}",
                    hash.error().message);
    }
    if (!hash->is_identity() && hash->code() != static_cast<uint64_t>(HashCode::sha2_256)) {
        return fail(Code::invalid_argument,
                    "a peer id is an identity or sha2-256 multihash, not of code {:#x}",
                    hash->code());
    }
    return PeerId(Multihash(*hash));
}

Result<PeerId> PeerId::from_text(std::string_view text) {
    if (text.starts_with("Qm") || text.starts_with("1")) {
        const auto bytes = decode_base(Base::base58btc, text);
        if (bytes) return from_bytes(*bytes);
        return fail(Code::invalid_argument, "failed to parse peer ID: {}", bytes.error().message);
    }
    const auto cid = Cid::from_text(text);
    if (!cid) {
        return fail(Code::invalid_argument, "failed to parse peer ID: {}", cid.error().message);
    }
    if (!cid->is(Codec::libp2p_key)) {
        return fail(Code::invalid_argument,
                    "can't convert CID of codec {:#x} to a peer ID: it must be libp2p-key",
                    cid->codec());
    }
    return from_bytes(cid->hash().bytes());
}

std::string PeerId::to_text() const {
    return encode_base(Base::base58btc, bytes());
}

std::optional<PublicKey> PeerId::public_key() const {
    if (!hash_.view().is_identity()) return std::nullopt;
    auto key = PublicKey::from_protobuf(hash_.view().digest());
    if (!key) return std::nullopt;
    return *std::move(key);
}

}  // namespace kit::formats
