// Addresses of peers, as the verbs of the network take them: a multiaddr that ends in /p2p/<id>.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "formats/multiaddr.h"
#include "formats/peer_id.h"

namespace kit::commands {

struct PeerAddress {
    std::string peer_id;           // As it stands in the address.
    formats::Multiaddr transport;  // What stands before /p2p/<id>; empty when nothing does.
};

// One peer with all its addresses.
struct PeerAddresses {
    std::string peer_id;
    std::vector<formats::Multiaddr> transports;
};

// Fails with invalid_argument in Kubo's words: `failed to parse multiaddr "x": ...`.
Result<formats::Multiaddr> parse_address(const std::string& text);
// A peer id by itself. Fails with invalid_argument in Kubo's words.
Result<formats::PeerId> parse_peer(const std::string& text);
// "<peer id>" or an address that ends in one, of which the transport is empty when there is none.
Result<PeerAddress> parse_peer_or_address(const std::string& text);
// Whether the last protocol is /p2p.
bool ends_in_peer(const formats::Multiaddr& address);
// Fails with invalid_argument ("invalid p2p multiaddr") when the address does not end in a peer.
Result<PeerAddress> split_peer(const formats::Multiaddr& address);
// Addresses of one peer together, peers in the order they are first named. Fails with
// invalid_argument.
Result<std::vector<PeerAddresses>> group_by_peer(std::span<const std::string> addresses);
// Whole addresses again: transport and peer; the peer alone when it has no transport.
std::vector<std::string> address_texts(const PeerAddresses& peer);

}  // namespace kit::commands
