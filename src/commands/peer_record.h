// What is known of a peer, as `id` and `swarm peers` tell it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

#include "commands/command.h"
#include "formats/peer_id.h"

namespace kit::commands {

// Kubo's IdOutput of a peer that is not this node. `id_text` is how it is to be called; `network`
// may be nullptr: then only what the id itself says is told.
Json peer_record(const node::Network* network, const formats::PeerId& peer, std::string id_text);
// Of this node; `public_key` in base64, `network` nullptr while it is offline.
Json self_record(node::Network* network, std::string id_text, std::string public_key);

// What a peer says of itself, made fit to be shown: at most 128 characters, and U+FFFD in place of
// what steers a terminal.
std::string shown_text(std::string_view told);

}  // namespace kit::commands
