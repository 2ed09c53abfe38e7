// The node's key pairs by name: "self", which lies in the config, and those of the keystore. What
// `key` does, in Kubo's order and words.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"
#include "formats/key.h"
#include "formats/peer_id.h"
#include "naming/keystore.h"
#include "naming/limits.h"

namespace kit::node {

class Config;

inline constexpr std::string_view self_key_name = "self";
using naming::limits::key_file_size_bytes_max;

struct NamedKey {
    std::string name;
    formats::PeerId id;
};

// Every call is safe from any thread. `env` must outlive it.
class Keys final {
public:
    // With the config of `repo`; Config::load's errors.
    static Result<Keys> open(Env& env, const Path& repo);
    static Result<Keys> open(Env& env, const Path& repo, const Config& config);

    // "self" first, the others by their names. Files that hold no key are passed over, as in Kubo.
    Result<std::vector<NamedKey>> list() const;
    // `bits` counts for RSA alone, 2048 without. Fails with already_exists, invalid_argument.
    Result<NamedKey> generate(std::string_view name, std::string_view algorithm,
                              std::optional<int> bits, Random& random);
    // Fails with already_exists, and with invalid_argument for "self".
    Result<NamedKey> import(std::string_view name, const formats::PrivateKey& key);
    struct Renamed {
        NamedKey key;
        bool replaced = false;
    };
    // With `force` another key of the new name is replaced. Fails with not_found, already_exists.
    Result<Renamed> rename(std::string_view from, std::string_view to, bool force);
    Result<NamedKey> remove(std::string_view name);

    const formats::PrivateKey& self() const { return self_; }
    // Of the keystore alone.
    Result<std::optional<formats::PrivateKey>> find(std::string_view name) const;
    // By "self", a name or a peer id. Fails with not_found.
    Result<formats::PrivateKey> get(std::string_view name_or_id) const;

    struct Signed {
        NamedKey key;
        Bytes signature;
    };
    // What is signed begins with a prefix of its own, so that it is never taken for something
    // else. `name` "" is "self".
    Result<Signed> sign(std::string_view name, ByteView data) const;
    struct Verified {
        NamedKey key;
        bool is_valid = false;
    };
    // `name_or_id` may be a peer id or an IPNS name that holds its key.
    Result<Verified> verify(std::string_view name_or_id, ByteView signature, ByteView data) const;

private:
    Keys(Env& env, const Path& repo, formats::PrivateKey self);

    naming::Keystore store_;
    formats::PrivateKey self_;
};

// A new key pair. Fails with invalid_argument in Kubo's words for a type or size that is none.
Result<formats::PrivateKey> generate_private_key(Random& random, std::string_view algorithm,
                                                 std::optional<int> bits);
// The config's Identity.PrivKey. Fails with invalid_argument.
Result<formats::PrivateKey> private_key_of(std::string_view base64);

}  // namespace kit::node
