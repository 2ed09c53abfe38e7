// $IPFS_PATH/config: Kubo's JSON, unknown keys kept in their place, plus one "Kit" section.
// A value: reading and changing touch memory only; load() and save() touch the disk.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.h"

namespace kit::node {

using Json = nlohmann::ordered_json;

// What init puts into Identity: the peer id as text and the private key as base64 of its protobuf.
// The public key, in the same form, is what `id` shows; the config does not hold it.
struct Identity {
    std::string peer_id;
    std::string private_key;
    std::string public_key = "";
};
// As generate_private_key() (keys.h).
Result<Identity> create_identity(Random& random, std::string_view algorithm,
                                 std::optional<int> bits);
// The same, telling what goes on as Kubo does: "generating ED25519 keypair...done".
Result<Identity> create_identity_aloud(Random& random, std::string_view algorithm,
                                       std::optional<int> bits,
                                       const std::function<void(std::string_view)>& say);
// The same key's peer id. Fails with invalid_argument when `private_key` is none.
Result<Identity> identity_of(std::string_view private_key);

class Config final {
public:
    // What Kubo 0.43.1's `init` writes with this identity.
    static Config defaults(const Identity& identity);
    static Result<Config> load(Disk& disk, const Path& repo);
    static Result<Config> from_text(std::string_view text);
    Config(const Config& other);
    Config(Config&& other) noexcept;
    Config& operator=(const Config& other);
    Config& operator=(Config&& other) noexcept;
    ~Config();

    // Written indented as Kubo does, atomically, readable by the owner alone.
    Result<void> save(Disk& disk, const Path& repo) const;

    // `key` is dotted: "Datastore.StorageMax". Case is folded as Kubo does for known keys. Absent:
    // nullptr.
    const Json* find(std::string_view key) const;
    std::optional<std::string> find_text(std::string_view key) const;
    std::optional<int64_t> find_number(std::string_view key) const;
    std::optional<bool> find_flag(std::string_view key) const;
    // Kubo's optional duration text ("1h", "168h0m0s"), in nanoseconds; null and "default" are
    // absent.
    std::optional<int64_t> find_duration_ns(std::string_view key) const;
    // A size such as "10GB" or "1GiB" in bytes, as go-humanize reads it.
    Result<std::optional<uint64_t>> find_size_bytes(std::string_view key) const;
    // What `config <key>` shows: names as they are written. Fails with not_found in Kubo's words:
    // "Datastore.Foo not found", "Bootstrap key is not a map".
    Result<Json> get(std::string_view key) const;
    // Fails in Kubo's words for Identity.PrivKey, names that no setting has, and wrong types.
    Result<void> set(std::string_view key, const Json& value);
    Result<void> remove(std::string_view key);

    // Identity's two fields; set() refuses them.
    void set_private_key(const Identity& identity);

    const Json& json() const;
    // Without secrets: `config show`.
    Json scrubbed() const;

private:
    explicit Config(Json json);
    std::unique_ptr<Json> json_;
};

// Named changes to a config: server, test, lowpower, unixfs-v1-2025, ... as Kubo has them.
struct Profile {
    std::string name;
    std::string description;
    bool init_only;  // Only meaningful while a repository is made.
    std::function<Result<void>(Config&)> apply;
    // Names a layout that Kubo's stores can have and ours cannot: taken while a repository is
    // made, and without effect.
    bool is_datastore_layout = false;
};
const std::vector<Profile>& profiles();
const Profile* find_profile(std::string_view name);

}  // namespace kit::node
