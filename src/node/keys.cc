#include "node/keys.h"

#include "base/go_text.h"
#include "node/config.h"

namespace kit::node {
namespace {

using formats::PeerId;
using formats::PrivateKey;
using formats::PublicKey;

// kubo:core/coreapi/key.go signedMessagePrefix.
constexpr std::string_view signed_message_prefix = "libp2p-key signed message:";

NamedKey named(std::string_view name, const PublicKey& key) {
    return {.name = std::string(name), .id = PeerId::of(key)};
}

Bytes message_to_sign(ByteView data) {
    Bytes message;
    message.reserve(signed_message_prefix.size() + data.size());
    append(message, as_bytes(signed_message_prefix));
    append(message, data);
    return message;
}

}  // namespace

Keys::Keys(Env& env, const Path& repo, PrivateKey self)
    : store_(env, join(repo, "keystore")), self_(std::move(self)) {}

Result<Keys> Keys::open(Env& env, const Path& repo) {
    const Config config = TRY(Config::load(env.disk, repo));
    return open(env, repo, config);
}

Result<Keys> Keys::open(Env& env, const Path& repo, const Config& config) {
    auto self = TRY(private_key_of(config.find_text("Identity.PrivKey").value_or("")));
    return Keys(env, repo, std::move(self));
}

Result<std::vector<NamedKey>> Keys::list() const {
    std::vector<NamedKey> keys = {named(self_key_name, self_.public_key())};
    const std::vector<std::string> names = TRY(store_.names());
    for (const std::string& name : names) {
        const auto key = store_.find(name);
        if (key && *key) keys.push_back(named(name, (*key)->public_key()));
    }
    return keys;
}

Result<NamedKey> Keys::generate(std::string_view name, std::string_view algorithm,
                                std::optional<int> bits, Random& random) {
    if (name == self_key_name) {
        return fail(Code::invalid_argument, "cannot create key with name 'self'");
    }
    // An unreadable key of that name is found by put().
    const auto held = store_.find(name);
    if (held && *held) {
        return fail(Code::already_exists, "key with name '{}' already exists", name);
    }
    const PrivateKey key = TRY(generate_private_key(random, algorithm, bits));
    TRY(store_.put(name, key));
    return named(name, key.public_key());
}

Result<NamedKey> Keys::import(std::string_view name, const PrivateKey& key) {
    if (name == self_key_name) {
        return fail(Code::invalid_argument, "cannot import key with name 'self'");
    }
    const auto held = store_.find(name);
    if (held && *held) {
        return fail(Code::already_exists, "key with name '{}' already exists", name);
    }
    TRY(store_.put(name, key));
    return named(name, key.public_key());
}

Result<Keys::Renamed> Keys::rename(std::string_view from, std::string_view to, bool force) {
    if (from == self_key_name) {
        return fail(Code::invalid_argument, "cannot rename key with name 'self'");
    }
    if (to == self_key_name) {
        return fail(Code::invalid_argument, "cannot overwrite key with name 'self'");
    }
    const auto key = store_.find(from);
    if (!key || !*key) return fail(Code::not_found, "no key named {} was found", from);
    Renamed renamed{.key = named(to, (*key)->public_key())};
    // What follows would remove it.
    if (from == to) return renamed;
    if (force) {
        const auto other = TRY(store_.find(to));
        renamed.replaced = other.has_value();
        if (other) TRY(store_.remove(to));
    }
    TRY(store_.put(to, **key));
    TRY(store_.remove(from));
    return renamed;
}

Result<NamedKey> Keys::remove(std::string_view name) {
    if (name == self_key_name) {
        return fail(Code::invalid_argument, "cannot remove key with name 'self'");
    }
    const auto key = store_.find(name);
    if (!key || !*key) return fail(Code::not_found, "no key named {} was found", name);
    TRY(store_.remove(name));
    return named(name, (*key)->public_key());
}

Result<std::optional<PrivateKey>> Keys::find(std::string_view name) const {
    return store_.find(name);
}

Result<PrivateKey> Keys::get(std::string_view name_or_id) const {
    if (name_or_id == self_key_name) return self_;
    auto by_name = TRY(store_.find(name_or_id));
    if (by_name) return *std::move(by_name);
    const auto id = PeerId::from_text(name_or_id);
    if (!id) return fail(Code::not_found, "no key by the given name was found");
    if (id->is_of(self_.public_key())) return self_;
    const std::vector<std::string> names = TRY(store_.names());
    for (const std::string& name : names) {
        auto key = TRY(store_.find(name));
        if (key && id->is_of(key->public_key())) return *std::move(key);
    }
    return fail(Code::not_found, "no key by the given name or PeerID was found");
}

Result<Keys::Signed> Keys::sign(std::string_view name, ByteView data) const {
    const Bytes message = message_to_sign(data);
    if (name.empty() || name == self_key_name) {
        return Signed{named(self_key_name, self_.public_key()), self_.sign(message)};
    }
    const auto key = TRY(store_.find(name));
    if (!key) return fail(Code::not_found, "no key by the given name was found");
    return Signed{named(name, key->public_key()), key->sign(message)};
}

Result<Keys::Verified> Keys::verify(std::string_view name_or_id, ByteView signature,
                                    ByteView data) const {
    const Bytes message = message_to_sign(data);
    const auto verified = [&](std::string_view name, const PublicKey& key) {
        return Verified{named(name, key), key.verifies(message, signature)};
    };
    if (name_or_id.empty() || name_or_id == self_key_name) {
        return verified(self_key_name, self_.public_key());
    }
    const auto key = store_.find(name_or_id);
    if (key && *key) return verified(name_or_id, (*key)->public_key());
    std::string_view id_text = name_or_id;
    if (id_text.starts_with("/ipns/")) id_text.remove_prefix(6);
    const auto id = PeerId::from_text(id_text);
    if (!id) {
        return fail(Code::invalid_argument,
                    "'{}' is not a known key, an IPNS Name, or a valid PeerID",
                    go_quote(name_or_id));
    }
    const auto public_key = id->public_key();
    if (!public_key) return fail(Code::not_found, "public key is not embedded in peer ID");
    return verified("", *public_key);
}

}  // namespace kit::node
