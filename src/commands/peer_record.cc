#include "commands/peer_record.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/go_text.h"
#include "base/utf8.h"
#include "node/network.h"

namespace kit::commands {
namespace {

using formats::Multiaddr;
using formats::PeerId;

constexpr size_t shown_characters_max = 128;

// What Kubo shows though it prints nothing: spaces of other scripts and private characters.
bool is_harmless(char32_t code_point) {
    constexpr std::u32string_view spaces =
        U"\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
        U"\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";
    return is_printable(code_point) || (code_point >= 0xe000 && code_point <= 0xf8ff) ||
           code_point >= 0xf0000 || spaces.find(code_point) != std::u32string_view::npos;
}

Json sorted(std::vector<std::string> texts) {
    if (texts.empty()) return nullptr;
    std::ranges::sort(texts);
    return texts;
}

std::vector<std::string> whole_addresses(const std::vector<Multiaddr>& addresses,
                                         const PeerId& peer) {
    const std::string tail = "/p2p/" + peer.to_text();
    std::vector<std::string> texts;
    for (const Multiaddr& address : addresses) {
        std::string text = address.to_text();
        if (!text.ends_with(tail)) text += tail;
        if (std::ranges::find(texts, text) == texts.end()) texts.push_back(std::move(text));
    }
    if (texts.empty()) texts.push_back(tail);
    return texts;
}

Json make_record(std::string id, std::string public_key, Json addresses, std::string agent,
                 Json protocols) {
    return {{"ID", std::move(id)},
            {"PublicKey", std::move(public_key)},
            {"Addresses", std::move(addresses)},
            {"AgentVersion", std::move(agent)},
            {"Protocols", std::move(protocols)}};
}

}  // namespace

std::string shown_text(std::string_view told) {
    std::string shown;
    size_t count = 0;
    while (!told.empty() && count < shown_characters_max) {
        const Utf8Character character = read_utf8(told);
        told.remove_prefix(character.size_bytes);
        if (count == 0 && character.code_point == ' ') continue;
        append_utf8(shown, is_harmless(character.code_point) ? character.code_point : 0xfffd);
        ++count;
    }
    while (shown.ends_with(' ')) shown.pop_back();
    return shown;
}

Json peer_record(const node::Network* network, const PeerId& peer, std::string id_text) {
    const auto key = peer.public_key();
    std::string public_key =
        key ? formats::encode_base(formats::Base::base64pad, key->to_protobuf()) : "";
    const auto told = network == nullptr ? std::nullopt : network->contacts().find_identified(peer);
    std::vector<std::string> protocols;
    if (told) {
        for (const std::string& each : told->protocols) protocols.push_back(shown_text(each));
    }
    return make_record(
        std::move(id_text), std::move(public_key),
        sorted(whole_addresses(told ? told->addresses : std::vector<Multiaddr>(), peer)),
        told ? shown_text(told->agent) : "", sorted(std::move(protocols)));
}

Json self_record(node::Network* network, std::string id_text, std::string public_key) {
    Json addresses = nullptr;
    Json protocols = nullptr;
    std::string agent = fmt::format("ipfs-kit/{}", node::kit_version_text);
    if (network != nullptr) {
        const auto& host = network->host();
        addresses = sorted(whole_addresses(host.addresses(), host.id()));
        protocols = sorted(node::served_protocols(network->settings().host));
        agent = network->settings().host.agent;
    }
    return make_record(std::move(id_text), std::move(public_key), std::move(addresses),
                       std::move(agent), std::move(protocols));
}

}  // namespace kit::commands
