#include "commands/peer_address.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/go_text.h"

namespace kit::commands {

using formats::Multiaddr;

Result<Multiaddr> parse_address(const std::string& text) {
    auto address = Multiaddr::from_text(text);
    if (address) return address;
    const std::string why = text.starts_with('/') ? address.error().message : "must begin with /";
    return fail(Code::invalid_argument, "failed to parse multiaddr {}: {}", go_quote(text), why);
}

Result<formats::PeerId> parse_peer(const std::string& text) {
    auto peer = formats::PeerId::from_text(text);
    if (peer || text.starts_with("Qm") || text.starts_with('1')) return peer;
    if (formats::Cid::from_text(text)) return peer;
    return fail(Code::invalid_argument, "failed to parse peer ID: invalid cid: {}",
                text.size() < 2 ? "cid too short" : "selected encoding not supported");
}

Result<PeerAddress> parse_peer_or_address(const std::string& text) {
    if (text.starts_with('/')) {
        const Multiaddr address = TRY(parse_address(text));
        return split_peer(address);
    }
    const formats::PeerId peer = TRY(parse_peer(text));
    return PeerAddress{.peer_id = peer.to_text(), .transport = {}};
}

bool ends_in_peer(const Multiaddr& address) {
    const auto parts = address.parts();
    return !parts.empty() && parts.back().protocol == formats::Protocol::p2p;
}

Result<PeerAddress> split_peer(const Multiaddr& address) {
    if (!ends_in_peer(address)) return fail(Code::invalid_argument, "invalid p2p multiaddr");
    const std::string peer_id = address.parts().back().value_text();
    const Multiaddr tail = TRY(Multiaddr::from_text("/p2p/" + peer_id));
    return PeerAddress{.peer_id = peer_id, .transport = address.decapsulate(tail)};
}

Result<std::vector<PeerAddresses>> group_by_peer(std::span<const std::string> addresses) {
    std::vector<Multiaddr> parsed;
    for (const std::string& text : addresses) {
        parsed.push_back(TRY(parse_address(text)));
    }
    std::vector<PeerAddresses> peers;
    for (const Multiaddr& address : parsed) {
        PeerAddress split = TRY(split_peer(address));
        auto found = std::ranges::find(peers, split.peer_id, &PeerAddresses::peer_id);
        if (found == peers.end()) {
            peers.push_back({.peer_id = split.peer_id, .transports = {}});
            found = std::prev(peers.end());
        }
        if (!split.transport.empty()) found->transports.push_back(std::move(split.transport));
    }
    return peers;
}

std::vector<std::string> address_texts(const PeerAddresses& peer) {
    std::vector<std::string> texts;
    texts.reserve(peer.transports.size());
    for (const Multiaddr& transport : peer.transports) {
        texts.push_back(fmt::format("{}/p2p/{}", transport.to_text(), peer.peer_id));
    }
    if (texts.empty()) texts.push_back("/p2p/" + peer.peer_id);
    return texts;
}

}  // namespace kit::commands
