// What the verbs over keys and names share: how key ids are written, and the peer ids themselves.
#pragma once

#include "commands/command.h"
#include "formats/peer_id.h"

namespace kit::commands {

// How --ipns-base writes an id.
class KeyText final {
public:
    // Fails with invalid_argument when the option names no base.
    static Result<KeyText> of(const Request& request);
    std::string operator()(const formats::PeerId& id) const;

private:
    explicit KeyText(std::optional<formats::Base> base) : base_(base) {}
    std::optional<formats::Base> base_;  // nullopt: a base58btc multihash.
};

Option ipns_base_option();

// A key as the records show it: {"Name": ..., "Id": ...}.
Json key_record(const node::NamedKey& key, const KeyText& text);

Option allow_offline_option();
Option allow_delegated_option();
// --allow-offline and --allow-delegated say where a record may stay; both at once say nothing.
Result<void> check_allowed_together(const Request& request);
// Fails in any case: with invalid_argument in Kubo's words when no publisher is configured, with
// offline as long as the node has no network.
Result<void> check_delegated(const Context& context);

// An IPNS name, with or without "/ipns/" before it. Fails with invalid_argument in Kubo's words.
Result<formats::PeerId> name_from_text(std::string_view text);

}  // namespace kit::commands
