#include "commands/choices.h"

#include "formats/multibase.h"
#include "formats/multihash.h"

namespace kit::commands {

std::vector<std::string> base_choices() {
    std::vector<std::string> names;
    for (const formats::BaseInfo& base : formats::known_bases()) names.emplace_back(base.name);
    return names;
}

std::vector<std::string> id_base_choices() {
    std::vector<std::string> names = base_choices();
    names.insert(names.begin(), "b58mh");
    return names;
}

std::vector<std::string> hash_choices() {
    std::vector<std::string> names;
    for (const formats::HashInfo& hash : formats::known_hashes()) {
        if (formats::is_allowed_hash(hash.code)) names.emplace_back(hash.name);
    }
    return names;
}

std::vector<std::string> ipld_choices() {
    return {"dag-json", "dag-cbor", "dag-pb", "raw", "json", "cbor", "dag-jose", "git-raw"};
}

std::vector<std::string> key_type_choices() {
    return {"rsa", "ed25519", "secp256k1"};
}

}  // namespace kit::commands
