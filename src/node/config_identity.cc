// The node's own key pair and the peer id that is made of it.
// https://github.com/libp2p/specs/blob/master/peer-ids/peer-ids.md
#include <fmt/format.h>

#include "base/limits.h"
#include "formats/key.h"
#include "formats/multibase.h"
#include "formats/peer_id.h"
#include "node/config.h"
#include "node/keys.h"

namespace kit::node {
namespace {

using formats::KeyType;

constexpr int rsa_bits_default = 2048;

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

// Kubo's caopts.CheckKeySize: keys on curves have one size.
Result<void> check_curve_size(std::string_view algorithm, std::optional<int> bits) {
    constexpr int curve_bits = 256;
    const bool is_curve = algorithm == "ed25519" || algorithm == "secp256k1";
    if (!is_curve || !bits || *bits == curve_bits) return {};
    return fail(Code::invalid_argument, "invalid key size {}: {} keys are always {} bits", *bits,
                algorithm, curve_bits);
}

Result<KeyType> type_of(std::string_view algorithm, int rsa_bits) {
    if (algorithm == "ed25519") return KeyType::ed25519;
    if (algorithm == "secp256k1") return KeyType::secp256k1;
    if (algorithm != "rsa") {
        return fail(Code::invalid_argument, "unrecognized key type: {}", algorithm);
    }
    if (rsa_bits < kit::limits::rsa_bits_min) {
        return fail(Code::invalid_argument, "rsa keys must be >= {} bits to be useful",
                    kit::limits::rsa_bits_min);
    }
    if (rsa_bits > kit::limits::rsa_bits_max) {
        return fail(Code::invalid_argument, "rsa keys must be <= {} bits",
                    kit::limits::rsa_bits_max);
    }
    return KeyType::rsa;
}

}  // namespace

Result<formats::PrivateKey> generate_private_key(Random& random, std::string_view algorithm,
                                                 std::optional<int> bits) {
    TRY(check_curve_size(algorithm, bits));
    const int rsa_bits = bits.value_or(rsa_bits_default);
    const KeyType type = TRY(type_of(algorithm, rsa_bits));
    return type == KeyType::rsa ? formats::PrivateKey::generate(type, random, rsa_bits)
                                : formats::PrivateKey::generate(type, random);
}

Result<formats::PrivateKey> private_key_of(std::string_view base64) {
    const auto message = formats::decode_base(formats::Base::base64pad, base64);
    if (!message) {
        return fail_because(message.error(), "failed to decode PrivKey: it is no base64");
    }
    auto key = formats::PrivateKey::from_protobuf(*message);
    if (!key) return fail_because(std::move(key).error(), "failed to decode PrivKey");
    return *std::move(key);
}

Result<Identity> create_identity(Random& random, std::string_view algorithm,
                                 std::optional<int> bits) {
    const auto key = TRY(generate_private_key(random, algorithm, bits));
    return identity_from(key);
}

Result<Identity> create_identity_aloud(Random& random, std::string_view algorithm,
                                       std::optional<int> bits,
                                       const std::function<void(std::string_view)>& say) {
    TRY(check_curve_size(algorithm, bits));
    if (algorithm == "rsa") {
        say(fmt::format("generating {}-bit RSA keypair...", bits.value_or(rsa_bits_default)));
    } else if (algorithm == "ed25519") {
        say("generating ED25519 keypair...");
    } else if (algorithm == "secp256k1") {
        say("generating secp256k1 keypair...");
    }
    Identity identity = TRY(create_identity(random, algorithm, bits));
    say("done\n");
    say(fmt::format("peer identity: {}\n", identity.peer_id));
    return identity;
}

Result<Identity> identity_of(std::string_view private_key) {
    const auto key = TRY(private_key_of(private_key));
    return identity_from(key);
}

}  // namespace kit::node
