// The node's own key pair and the peer id that is made of it.
// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
#include "formats/key.h"
#include "formats/multibase.h"
#include "formats/peer_id.h"
#include "node/config.h"

namespace kit::node {
namespace {

using formats::KeyType;

Identity identity_from(const formats::PrivateKey& key) {
    const auto base64 = [](ByteView bytes) {
        return formats::encode_base(formats::Base::base64pad, bytes);
    };
    return {
        .peer_id = formats::PeerId::of(key.public_key()).to_text(),
        .private_key = base64(key.to_protobuf()),
        .public_key = base64(key.public_key().to_protobuf()),
    };
}

Result<KeyType> type_of(std::string_view algorithm, int bits) {
    if (algorithm == "ed25519") return KeyType::ed25519;
    if (algorithm == "secp256k1") return KeyType::secp256k1;
    if (algorithm != "rsa") {
        return fail(Code::invalid_argument, "unrecognized key type: {}", algorithm);
    }
    if (bits < formats::rsa_bits_min) {
        return fail(Code::invalid_argument, "rsa keys must be >= {} bits to be useful",
                    formats::rsa_bits_min);
    }
    if (bits > formats::rsa_bits_max) {
        return fail(Code::invalid_argument, "rsa keys must be <= {} bits", formats::rsa_bits_max);
    }
    return KeyType::rsa;
}

}  // namespace

Result<Identity> create_identity(Random& random, std::string_view algorithm, int bits) {
    const KeyType type = TRY(type_of(algorithm, bits));
    const auto key = TRY(type == KeyType::rsa ? formats::PrivateKey::generate(type, random, bits)
                                              : formats::PrivateKey::generate(type, random));
    return identity_from(key);
}

Result<Identity> identity_of(std::string_view private_key) {
    const auto message = formats::decode_base(formats::Base::base64pad, private_key);
    if (!message) {
        return fail_because(message.error(), "failed to decode PrivKey: it is no base64");
    }
    auto key = formats::PrivateKey::from_protobuf(*message);
    if (!key) return fail_because(std::move(key).error(), "failed to decode PrivKey");
    return identity_from(*key);
}

}  // namespace kit::node
